//! Large memory pages for the simulator: the tables of thousands of members are more than a processor finds its
//! way to with small ones.

/// Begins this program anew in its place with an allocator that asks for large pages; returns where that is not
/// possible, or was done.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn ask_for_large() {
    use std::env;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    /// Settings of the C library's allocator; whoever has said some wants those.
    const TUNABLES: &str = "GLIBC_TUNABLES";

    let mut arguments = env::args_os();
    let (Some(name), Ok(program), None) = (arguments.next(), env::current_exe(), env::var_os(TUNABLES))
    else {
        return;
    };
    // It comes back only if it failed, and then small pages have to do.
    let _failed =
        Command::new(program).arg0(name).args(arguments).env(TUNABLES, "glibc.malloc.hugetlb=1").exec();
}

/// Other allocators choose their pages themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn ask_for_large() {}
