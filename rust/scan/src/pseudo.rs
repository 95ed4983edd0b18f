//! File systems that are windows into the kernel rather than stored files.

// Magic numbers of statfs(2) and linux/magic.h.
const PSEUDO: &[(u64, &str)] = &[
    (0x9fa0, "proc"),
    (0x6265_6572, "sysfs"),
    (0x0027_e0eb, "cgroup"),
    (0x6367_7270, "cgroup2"),
    (0x1cd1, "devpts"),
    (0x6462_6720, "debugfs"),
    (0x7472_6163, "tracefs"),
    (0x7363_6673, "securityfs"),
    (0xcafe_4a11, "bpf"),
    (0x6165_676c, "pstore"),
    (0x6265_6570, "configfs"),
    (0x6573_5543, "fusectl"),
    (0x1980_0202, "mqueue"),
    (0x9584_58f6, "hugetlbfs"),
    (0x0187, "autofs"),
    (0x4249_4e4d, "binfmt_misc"),
    (0xde5e_81e4, "efivarfs"),
    (0xf97c_ff8c, "selinuxfs"),
    (0x6e73_6673, "nsfs"),
    (0x6759_6969, "rpc_pipefs"),
    (0x6e66_7364, "nfsd"),
];

/// The name of the pseudo file system a directory belongs to, or None for one that stores files.
pub fn name_of(directory: impl rustix::fd::AsFd) -> Option<&'static str> {
    let found = rustix::fs::fstatfs(directory).ok()?;
    #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast)]
    // a magic number; its sign means nothing
    let magic = found.f_type as u64 & 0xffff_ffff;
    PSEUDO
        .iter()
        .find(|(known, _)| *known == magic)
        .map(|(_, name)| *name)
}
