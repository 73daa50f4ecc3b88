//! What a compiled executable carries beside its code: the program's facts, its entry, and the excerpts for faults.

use crate::program::{Malformed, ProgramInfo};

/// The data of an executable, under the symbol [`SYMBOL`].
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// The function to run; `None` lets the first argument choose as in 7.2 of the language document.
    pub entry: Option<u32>,
    /// The warnings of the static check, rendered; printed before the run, as by every engine (7.5, 7.6).
    pub warnings: String,
    /// By place: the source excerpt to print below a fault, empty where nothing can fault.
    pub places: Vec<String>,
    pub info: ProgramInfo,
}

/// An 8-byte length in native order, then the bytes of [`Image::to_bytes`].
pub const SYMBOL: &str = "ilo4_image";

const ANY_ENTRY: u32 = u32::MAX;

impl Image {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.entry.unwrap_or(ANY_ENTRY).to_le_bytes());
        bytes.extend((self.places.len() as u32).to_le_bytes());
        for text in std::iter::once(&self.warnings).chain(&self.places) {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(self.info.to_bytes());
        bytes
    }

    /// # Errors
    /// If the bytes are not what [`Image::to_bytes`] makes.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Image, Malformed> {
        let entry = integer(&mut bytes)?;
        let count = integer(&mut bytes)?;
        let warnings = text(&mut bytes)?;
        let places = (0..count).map(|_| text(&mut bytes)).collect::<Result<_, _>>()?;
        let entry = (entry != ANY_ENTRY).then_some(entry);
        Ok(Image { entry, warnings, places, info: ProgramInfo::from_bytes(bytes)? })
    }
}

fn text(bytes: &mut &[u8]) -> Result<String, Malformed> {
    let length = integer(bytes)? as usize;
    let (text, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
    *bytes = rest;
    Ok(std::str::from_utf8(text).map_err(|_| Malformed)?.to_owned())
}

fn integer(bytes: &mut &[u8]) -> Result<u32, Malformed> {
    let (first, rest) = bytes.split_first_chunk().ok_or(Malformed)?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_round_trip_and_truncated_ones_are_refused() {
        let info = ProgramInfo { texts: vec!["é".into()], ..ProgramInfo::default() };
        let places = vec![String::new(), " --> a:1:2".into()];
        let image = Image { entry: Some(3), warnings: "w".into(), places, info };
        let bytes = image.to_bytes();
        assert_eq!(Image::from_bytes(&bytes), Ok(image));
        for end in 0..bytes.len() {
            assert!(Image::from_bytes(&bytes[..end]).is_err(), "{end} bytes are too few");
        }
    }
}
