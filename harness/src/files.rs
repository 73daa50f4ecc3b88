//! Writing files so that a reader, or a crash, never sees half of one.

use std::io::Write;
use std::path::Path;

/// Replaces `path` by `content`: temporary file beside it, synced, renamed.
///
/// # Errors
/// If any step fails; the old file is then untouched.
pub fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::Builder::new().prefix(".parallax-").tempfile_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_data()?;
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(permissions)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
