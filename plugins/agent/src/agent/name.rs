//! The name of an agent that was given none.

use haulout::Name;

/// The host's name and the port: the same after a restart, distinct for agents on one machine.
pub(super) fn default_name(port: u16) -> Name {
    let host = rustix::system::uname();
    of_host(&host.nodename().to_string_lossy(), port)
}

fn of_host(host: &str, port: u16) -> Name {
    let clean: String = host.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let mut host = if clean.is_empty() { "agent".to_owned() } else { clean };
    let longest = Name::MAX - "-65535".len();
    while host.len() > longest {
        host.pop();
    }
    Name::new(&format!("{host}-{port}")).expect("clean, and short enough")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_host_name_makes_a_name() {
        assert_eq!(of_host("seal", 7946).as_str(), "seal-7946");
        assert_eq!(of_host("", 1).as_str(), "agent-1");
        assert_eq!(of_host("a b\u{7}", 1).as_str(), "ab-1");
        assert!(of_host(&"ü".repeat(60), 65_535).as_str().len() <= Name::MAX);
    }
}
