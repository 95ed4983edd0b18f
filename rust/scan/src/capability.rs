//! What a file grants to the process that runs it, as `security.capability` holds it.

use serde::Serialize;

/// The attribute that holds them.
pub const NAME: &[u8] = b"security.capability";

const IS_EFFECTIVE: u32 = 1;
const REVISION: u32 = 0xff00_0000;

// In the order of their bits (linux/capability.h).
const NAMES: &[&str] = &[
    "cap_chown",
    "cap_dac_override",
    "cap_dac_read_search",
    "cap_fowner",
    "cap_fsetid",
    "cap_kill",
    "cap_setgid",
    "cap_setuid",
    "cap_setpcap",
    "cap_linux_immutable",
    "cap_net_bind_service",
    "cap_net_broadcast",
    "cap_net_admin",
    "cap_net_raw",
    "cap_ipc_lock",
    "cap_ipc_owner",
    "cap_sys_module",
    "cap_sys_rawio",
    "cap_sys_chroot",
    "cap_sys_ptrace",
    "cap_sys_pacct",
    "cap_sys_admin",
    "cap_sys_boot",
    "cap_sys_nice",
    "cap_sys_resource",
    "cap_sys_time",
    "cap_sys_tty_config",
    "cap_mknod",
    "cap_lease",
    "cap_audit_write",
    "cap_audit_control",
    "cap_setfcap",
    "cap_mac_override",
    "cap_mac_admin",
    "cap_syslog",
    "cap_wake_alarm",
    "cap_block_suspend",
    "cap_audit_read",
    "cap_perfmon",
    "cap_bpf",
    "cap_checkpoint_restore",
];

/// The capabilities of a file.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// Whether the permitted ones work at once, without the program's asking.
    pub effective: bool,
    pub inheritable: Vec<String>,
    pub permitted: Vec<String>,
    /// The user who is root where they count, in a container's numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_id: Option<u32>,
}

/// Read them, or say what is wrong with the bytes.
pub fn read(value: &[u8]) -> Result<Capabilities, String> {
    let mut words = value
        .chunks_exact(4)
        .map(|it| u32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    let head = words.next().ok_or("it is too short")?;
    let revision = (head & REVISION) >> 24;
    let expected = match revision {
        1 => 12,
        2 => 20,
        3 => 24,
        _ => return Err(format!("revision {revision} is not known")),
    };
    if value.len() != expected {
        return Err(format!(
            "revision {revision} has {expected} bytes and not {}",
            value.len()
        ));
    }
    let mut next = || u64::from(words.next().unwrap_or(0));
    let (mut permitted, mut inheritable) = (next(), next());
    if revision > 1 {
        permitted |= next() << 32;
        inheritable |= next() << 32;
    }
    Ok(Capabilities {
        effective: head & IS_EFFECTIVE != 0,
        inheritable: names(inheritable),
        permitted: names(permitted),
        root_id: words.next(),
    })
}

fn names(bits: u64) -> Vec<String> {
    (0..64)
        .filter(|bit| bits >> bit & 1 == 1)
        .map(|bit| {
            NAMES
                .get(bit)
                .map_or_else(|| format!("cap_{bit}"), |it| (*it).to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{read, Capabilities};

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|it| it.to_le_bytes()).collect()
    }

    #[test]
    fn each_revision_is_read() {
        let told = |permitted: &[&str], root_id| {
            Ok(Capabilities {
                effective: true,
                inheritable: vec![],
                permitted: permitted.iter().map(|it| (*it).to_owned()).collect(),
                root_id,
            })
        };
        let net = ["cap_net_raw"];
        assert_eq!(read(&words(&[0x0100_0001, 1 << 13, 0])), told(&net, None));
        let both = ["cap_net_raw", "cap_bpf", "cap_63"];
        let wide = [0x0200_0001, 1 << 13, 0, 1 << 7 | 1 << 31, 0];
        assert_eq!(read(&words(&wide)), told(&both, None));
        let rooted = [0x0300_0001, 1 << 13, 0, 0, 0, 1000];
        assert_eq!(read(&words(&rooted)), told(&net, Some(1000)));
    }

    #[test]
    fn bytes_that_are_none_are_refused_with_their_fault() {
        for (bytes, fault) in [
            (vec![], "it is too short"),
            (words(&[0x0400_0000, 0, 0]), "revision 4 is not known"),
            (
                words(&[0x0200_0000, 0, 0]),
                "revision 2 has 20 bytes and not 12",
            ),
        ] {
            assert_eq!(read(&bytes), Err(fault.to_owned()));
        }
    }
}
