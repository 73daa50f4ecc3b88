//! Whole runs of the binary on small corpora, with engines that behave in every way an engine can.

mod bisect;
mod engines;
mod fixture;
mod growth;
mod reports;
mod scoreboards;
mod survival;
mod verbs;
mod verdicts;
