//! What can be known of one entry, as a row.

use rustix::fs::{major, minor, FileType};
use sha2::{Digest, Sha256};

use crate::attributes::{self, Attributes, Holder};
use crate::fault::{Fault, Kind};
use crate::link;
use crate::read::{Reader, Reading};
use crate::rights;
use crate::root::Root;
use crate::row::{Facts, Integer, Row};
use crate::stamp;
use crate::status::Status;
use crate::step::Entry;
use crate::text::{bytes_if_inexact, hex, readable};

const OBSERVATION: &[u8] = b"ami-audit/file-observation/1\n";

/// Look at an entry: read a regular file, follow a link in thought, open nothing else.
pub fn observe(mut entry: Entry, root: &Root, reader: Option<&mut Reader<'_>>) -> Row {
    let mut looked = Looked {
        status: entry.status,
        faults: entry.fault.take().into_iter().collect(),
        ..Looked::default()
    };
    if let (Some(status), true) = (entry.status, looked.faults.is_empty()) {
        match status.file_type() {
            FileType::RegularFile => looked.read(reader, &entry.directory, &entry.name),
            FileType::Symlink => looked.follow(
                root,
                &entry.directory,
                &entry.name,
                &entry.path[root.prefix.len()..],
            ),
            FileType::Directory => {}
            other => looked.pass_over(other),
        }
    }
    looked.look_beside(&entry);
    looked.row(&entry.path)
}

#[derive(Default)]
struct Looked {
    status: Option<Status>,
    facts: Facts,
    faults: Vec<Fault>,
    /// What is odd though it is known.
    remarks: Vec<Fault>,
    attributes: Option<Attributes>,
    /// What beside kind, mode and owner tells this observation from another.
    essence: Vec<u8>,
}

impl Looked {
    fn pass_over(&mut self, kind: FileType) {
        let kind = kind_name(kind).replace('-', " ");
        self.facts.unread = Some(format!("a {kind} is never opened"));
    }

    fn read(
        &mut self,
        reader: Option<&mut Reader<'_>>,
        directory: &rustix::fd::OwnedFd,
        name: &std::ffi::CStr,
    ) {
        match reader.map(|it| it.read(directory, name)) {
            Some(Ok(reading)) => self.learn(reading),
            Some(Err(fault)) => self.faults.push(fault),
            None => {
                self.facts.unread = Some("content was not asked for".to_owned());
                let unread = self.status.map(|it| (it.size, it.modified));
                self.essence = format!("{unread:?}").into_bytes();
            }
        }
    }

    fn learn(&mut self, reading: Reading) {
        let digest = hex(&reading.sha256);
        self.essence = digest.clone().into_bytes();
        self.status = Some(reading.status);
        self.facts.sha256 = Some(digest);
        self.facts.content = Some(reading.verdict.kind.name());
        self.facts.encoding = reading.verdict.encoding;
        self.facts.lines = reading.verdict.lines.map(Integer);
        self.facts.mime = Some(reading.mime);
        self.attributes = Some(reading.attributes);
    }

    fn follow(
        &mut self,
        root: &Root,
        directory: &rustix::fd::OwnedFd,
        name: &std::ffi::CStr,
        below: &[u8],
    ) {
        match link::read(root, directory, name, below) {
            Ok((link, target)) => {
                self.essence = [link.state.name().as_bytes(), b"\0", &target].concat();
                self.facts.link = Some(link);
            }
            Err(errno) => self.faults.push(Fault::of_open(errno)),
        }
    }

    /// Take in what stands beside the content; of what was not opened it is read by name.
    fn look_beside(&mut self, entry: &Entry) {
        let Some(status) = self.status else { return };
        let is_gone =
            |it: &Fault| matches!(it.0, Kind::Vanished | Kind::Replaced | Kind::PathTooLong);
        if self.faults.iter().any(is_gone) {
            return;
        }
        self.remarks = rights::odd(&status);
        let found = self
            .attributes
            .get_or_insert_with(|| attributes::read(&Holder::named(&entry.directory, &entry.name)));
        self.remarks.append(&mut found.faults);
        if let Some(capabilities) = &found.capabilities {
            let granted = capabilities.permitted.join(", ");
            self.remarks.push(Fault(Kind::Capabilities, granted));
        }
        self.facts.acl = std::mem::take(&mut found.lists);
        self.facts.capabilities = found.capabilities.take();
        self.facts.xattrs = std::mem::take(&mut found.others);
        self.facts.xattrs_omitted = (found.omitted > 0).then_some(Integer(found.omitted));
    }

    fn row(mut self, path: &[u8]) -> Row {
        self.describe();
        self.facts.path_bytes = bytes_if_inexact(path);
        if let Some(Fault(_, reason)) = self.faults.first() {
            self.facts.unread = Some(reason.clone());
        }
        let observed = self.observed();
        if self.facts.modified_at.is_none() && self.status.is_some() {
            self.faults.push(Fault(
                Kind::TimeOutOfRange,
                "its time of change is outside the years 1 to 9999".into(),
            ));
        }
        let (owner, group) = self.status.map(|it| (it.owner, it.group)).unzip();
        Row(
            readable(path).into_owned(),
            owner,
            group,
            observed,
            self.facts,
            self.faults.into_iter().chain(self.remarks).collect(),
        )
    }

    /// Fill in what the status tells.
    fn describe(&mut self) {
        let Some(status) = self.status else {
            self.facts.kind = "unknown";
            return;
        };
        let facts = &mut self.facts;
        let kind = status.file_type();
        facts.kind = kind_name(kind);
        facts.mode = Some(format!("{:04o}", status.mode & 0o7777));
        facts.special_bits = special_bits(status.mode);
        facts.size_bytes = Some(Integer(status.size));
        facts.allocated_bytes =
            (status.is_regular() && status.is_sparse()).then(|| Integer(status.blocks * 512));
        facts.inode = Some(Integer(status.inode));
        facts.links = Some(Integer(status.links));
        facts.changed_at = stamp::written(status.changed);
        facts.modified_at = stamp::written(status.modified);
        facts.volume = Some(numbers(status.device));
        facts.owner = Some(());
        facts.group = Some(());
        if matches!(kind, FileType::CharacterDevice | FileType::BlockDevice) {
            let device = numbers(status.special_device);
            self.essence = device.clone().into_bytes();
            facts.device = Some(device);
        }
    }

    /// SHA-256, hex, of what makes this another fact: what it is, who may do what with it, and its content.
    ///
    /// Times, inode and link count are left out: a fresh checkout of the same files is the same facts.
    fn observed(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(OBSERVATION);
        hasher.update(self.facts.kind);
        if let Some(status) = self.status {
            hasher.update([0]);
            hasher.update(status.mode.to_be_bytes());
            hasher.update(status.owner.to_be_bytes());
            hasher.update(status.group.to_be_bytes());
        }
        for Fault(kind, reason) in &self.faults {
            hasher.update([0]);
            hasher.update(kind.name());
            hasher.update([0]);
            hasher.update(reason);
        }
        // Files without these are the facts that they were before these were told.
        if let Some(digest) = self.attributes.as_ref().and_then(|it| it.digest) {
            hasher.update(b"\0attributes\0");
            hasher.update(digest);
        }
        for Fault(kind, reason) in &self.remarks {
            hasher.update(b"\0odd\0");
            hasher.update(kind.name());
            hasher.update([0]);
            hasher.update(reason);
        }
        if !self.faults.is_empty() {
            let unread = self.status.map(|it| (it.size, it.modified));
            hasher.update(format!("{unread:?}"));
        }
        for part in [
            self.essence.as_slice(),
            self.facts.path_bytes.as_deref().unwrap_or("").as_bytes(),
        ] {
            hasher.update([0]);
            hasher.update(part);
        }
        hex(&hasher.finalize())
    }
}

/// A device as its two numbers.
pub fn numbers(device: u64) -> String {
    format!("{}:{}", major(device), minor(device))
}

fn special_bits(mode: u32) -> Vec<&'static str> {
    let known = [(0o4000, "setuid"), (0o2000, "setgid"), (0o1000, "sticky")];
    known
        .into_iter()
        .filter(|(bit, _)| mode & bit != 0)
        .map(|(_, name)| name)
        .collect()
}

fn kind_name(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "file",
        FileType::Directory => "directory",
        FileType::Symlink => "symlink",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::CharacterDevice => "character-device",
        FileType::BlockDevice => "block-device",
        FileType::Unknown => "unknown",
    }
}
