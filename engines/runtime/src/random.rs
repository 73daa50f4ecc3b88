//! Pseudo-random numbers: the xorshift64* generator (Vigna, 2016), seeded from the clock and the process.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn from_seed(seed: u64) -> Random {
        // The state must not be zero; the hash keeps neighbouring seeds apart.
        Random(crate::hash::mix(seed, 0) | 1)
    }

    pub(crate) fn from_environment() -> Random {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        Random::from_seed(clock ^ u64::from(std::process::id()) << 32)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..=`last`, by rejection.
    pub(crate) fn up_to(&mut self, last: u64) -> u64 {
        let Some(count) = last.checked_add(1) else { return self.bits() };
        let fair = u64::MAX - u64::MAX % count;
        loop {
            let bits = self.bits();
            if bits < fair {
                return bits % count;
            }
        }
    }
}
