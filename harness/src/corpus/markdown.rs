//! Finds the tagged fenced blocks of a Markdown document, each with a name that survives edits elsewhere.

use std::collections::HashMap;

use bstr::ByteSlice;

/// One fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line of the opening fence.
    pub fence_line: usize,
    pub bytes: Vec<u8>,
    /// Slug of the nearest heading above and the block's ordinal below it: `4.1-conversion/2`.
    pub name: String,
}

/// All blocks tagged `tag`.
///
/// # Errors
/// The line of a fence that is never closed.
pub fn blocks(text: &[u8], tag: &str) -> Result<Vec<Block>, usize> {
    let mut found = Vec::new();
    let mut slugs: HashMap<String, usize> = HashMap::new();
    let (mut heading, mut ordinal) = ("top".to_string(), 0);
    let mut lines = text.lines_with_terminator().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(slug) = heading_slug(line) {
            let seen = slugs.entry(slug.clone()).or_insert(0);
            *seen += 1;
            heading = if *seen == 1 { slug } else { format!("{slug}-{seen}") };
            ordinal = 0;
        }
        let Some((indent, fence, info)) = opening(line) else { continue };
        let mut bytes = Vec::new();
        loop {
            let Some((_, line)) = lines.next() else { return Err(index + 1) };
            if closes(line, fence) {
                break;
            }
            let blanks = line.iter().take(indent).take_while(|b| **b == b' ').count();
            bytes.extend_from_slice(&line[blanks..]);
        }
        if info == tag {
            ordinal += 1;
            found.push(Block { fence_line: index + 1, bytes, name: format!("{heading}/{ordinal}") });
        }
    }
    Ok(found)
}

fn opening(line: &[u8]) -> Option<(usize, &[u8], &str)> {
    let trimmed = line.trim_start_with(|c| c == ' ');
    let mark = *trimmed.first()?;
    let length = trimmed.iter().take_while(|b| **b == mark).count();
    if !matches!(mark, b'`' | b'~') || length < 3 {
        return None;
    }
    let info = trimmed[length..].to_str().ok()?.split_whitespace().next().unwrap_or_default();
    Some((line.len() - trimmed.len(), &trimmed[..length], info))
}

fn closes(line: &[u8], fence: &[u8]) -> bool {
    let trimmed = line.trim();
    trimmed.len() >= fence.len() && trimmed.iter().all(|b| *b == fence[0])
}

fn heading_slug(line: &[u8]) -> Option<String> {
    let level = line.iter().take_while(|b| **b == b'#').count();
    if !(1..=6).contains(&level) || line.get(level) != Some(&b' ') {
        return None;
    }
    let mut slug = String::new();
    for c in line[level..].to_str_lossy().trim().chars() {
        if c.is_alphanumeric() || c == '.' {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    while slug.ends_with(['-', '.']) {
        slug.pop();
    }
    Some(slug.replace(".-", "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_named_by_their_heading() {
        let text = b"```x\na\n```\n# 4. Text\n## 4.1 `Conv`ersion, done\n\n````x\nb\n```\n````\n```y\n# no\n```\n  ~~~x\n   c\n  ~~~\n## 4.1 Conv ersion done\n```x\n```\n";
        let blocks = blocks(text, "x").unwrap();
        let names: Vec<_> =
            blocks.iter().map(|b| (b.name.as_str(), b.bytes.to_str().unwrap(), b.fence_line)).collect();
        assert_eq!(
            names,
            [
                ("top/1", "a\n", 1),
                ("4.1-conv-ersion-done/1", "b\n```\n", 7),
                ("4.1-conv-ersion-done/2", " c\n", 14),
                ("4.1-conv-ersion-done-2/1", "", 18),
            ]
        );
    }

    #[test]
    fn an_open_fence_is_an_error() {
        assert_eq!(blocks(b"\n```x\nabc\n", "x"), Err(2));
    }
}
