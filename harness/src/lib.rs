//! Parallax runs every case of a corpus on every engine and compares what they did.
//!
//! It knows processes, not languages: engines are command templates in `parallax.toml`, cases are files with
//! annotations. The flow is config → corpus → plan → [`schedule`] (over [`exec`]) → [`verdict`] → record →
//! scoreboard → gate; reports only read what is there.
#![deny(unsafe_code)]

pub mod bench;
pub mod bisect;
pub mod bless;
pub mod cli;
pub mod command;
pub mod compare;
pub mod config;
pub mod corpus;
pub mod exec;
pub mod exit;
pub mod files;
pub mod filter;
pub mod gate;
pub mod growth;
pub mod history;
pub mod ledger;
pub mod libtest;
pub mod plan;
pub mod record;
pub mod report;
pub mod reproduce;
pub mod roster;
pub mod schedule;
pub mod scoreboard;
pub mod selftest;
pub mod verdict;
pub mod villain;
