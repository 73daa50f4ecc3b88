//! Directories (15.4 of the builtins document): `lsd`, `walk`, `glob`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Runtime;
use super::document::result;
use crate::argument::{Outcome, text};
use crate::glob::Pattern;
use crate::value::Value;

fn texts(names: Vec<String>) -> Value {
    Value::list(names.iter().map(|name| Value::text(name)).collect())
}

fn lossy(name: &OsString) -> String {
    name.to_string_lossy().into_owned()
}

pub(crate) fn lsd(_: &mut Runtime, directory: &Value) -> Outcome<Value> {
    let directory = text("lsd", directory)?;
    Ok(result(list(directory).map(texts).map_err(|error| error.to_string())))
}

fn list(directory: &str) -> io::Result<Vec<String>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(lossy(&entry?.file_name())));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

pub(crate) fn walk(_: &mut Runtime, directory: &Value) -> Outcome<Value> {
    let directory = text("walk", directory)?;
    Ok(result(all_paths(directory).map(texts).map_err(|error| error.to_string())))
}

/// Every path below the directory, relative to it, ascending by bytes. Links are listed, never followed.
fn all_paths(directory: &str) -> io::Result<Vec<String>> {
    let root = Path::new(directory);
    let mut paths = Vec::new();
    let mut waiting: Vec<(PathBuf, String)> = vec![(root.to_path_buf(), String::new())];
    while let Some((directory, prefix)) = waiting.pop() {
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            let path = format!("{prefix}{}", lossy(&entry.file_name()));
            if entry.file_type()?.is_dir() {
                waiting.push((entry.path(), format!("{path}/")));
            }
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

pub(crate) fn glob(_: &mut Runtime, directory: &Value, pattern: &Value) -> Outcome<Value> {
    let (directory, pattern) = (text("glob", directory)?, Pattern::new(text("glob", pattern)?));
    let matching = all_paths(directory).map(|mut paths| {
        paths.retain(|path| pattern.matches(path));
        texts(paths)
    });
    Ok(result(matching.map_err(|error| error.to_string())))
}
