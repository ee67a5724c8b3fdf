use haulout_identity_golf::{Index, RosterId, With, golf_facts};

golf_facts! {
    pub struct Role: u8 { shard: 4, zone: 2 }
}

fn main() {
    let entry = RosterId::<16, 0>::new(Index::new(1).unwrap(), 0).unwrap();
    let _ = With::new(entry, Role::new(1, 1).unwrap());
}
