use haulout_identity_golf::golf_identity;

golf_identity! {
    pub struct MachineId: u128 { rack: 6, epoch: 65 }
    addr = (rack);
    renew = epoch;
}

fn main() {}
