//! Good datagrams with a few bytes changed, removed, doubled or inserted; the same in every run. What becomes of
//! them has to be the same in every language.

use crate::good;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Mutations of each.
const EACH: usize = 20;
/// Longer ones are left out: the file is to be read by people too.
const LONGEST: usize = 120;

pub(crate) fn all() -> Vec<Vec<u8>> {
    let mut rng = SmallRng::seed_from_u64(1);
    let short = good::all().into_iter().map(|good| good.bytes).filter(|bytes| bytes.len() <= LONGEST);
    let mut all = Vec::new();
    for bytes in short {
        for _ in 0..EACH {
            let mut bytes = bytes.clone();
            for _ in 0..rng.random_range(1..=2) {
                mutate(&mut bytes, &mut rng);
            }
            all.push(bytes);
        }
    }
    all
}

fn mutate(bytes: &mut Vec<u8>, rng: &mut SmallRng) {
    if bytes.is_empty() {
        return;
    }
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..6) {
        0 | 1 => bytes[at] ^= 1 << rng.random_range(0..8),
        2 => bytes[at] = rng.random(),
        3 => drop(bytes.remove(at)),
        4 => bytes.insert(at, rng.random()),
        _ => {
            let end = bytes.len().min(at + rng.random_range(0..30));
            let piece = bytes[at..end].to_vec();
            bytes.extend(piece);
        }
    }
}
