use haulout_identity_golf::{Index, RosterId};

fn main() {
    let _ = RosterId::<9, 8>::new(Index::new(1).unwrap(), 0);
}
