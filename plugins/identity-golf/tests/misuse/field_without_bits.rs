use haulout_identity_golf::golf_facts;

golf_facts! {
    pub struct Role: u8 { shard: 0, zone: 2 }
}

fn main() {}
