use haulout_identity_golf::golf_identity;

golf_identity! {
    pub struct MachineId: usize { rack: 6, host: 10, epoch: 12 }
    addr = (rack, host);
    renew = epoch;
}

fn main() {}
