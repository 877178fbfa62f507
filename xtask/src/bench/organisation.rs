//! A made-up organisation of any size in the generic CSV form, the same for the same size every
//! time. It resembles no real one; it has the shape that makes scanning work: nested groups, roles
//! with many permissions, and a few duties that should not meet.

use std::fs::File;
use std::io::{BufWriter, Error, Write};
use std::path::Path;

/// How many of each kind; about five edges come with every identity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) identities: u64,
    pub(super) groups: u64,
    pub(super) roles: u64,
    pub(super) entitlements: u64,
}

const GROUPS_OF_AN_IDENTITY: u64 = 3;
const ROLES_OF_A_GROUP: u64 = 2;
const GRANTS_OF_A_ROLE: u64 = 20;
/// Entitlements that carry a duty; the others carry none.
const DUTIES: [&str; 2] = ["duty=create_vendor", "duty=approve_payment"];

/// Writes `nodes.csv` and `edges.csv` into `folder` and tells how many edges there are.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn write(folder: &Path, size: Size) -> Result<u64, Error> {
    std::fs::create_dir_all(folder)?;
    write_nodes(&mut BufWriter::new(File::create(folder.join("nodes.csv"))?), size)?;
    let mut edges = Edges {
        file: BufWriter::new(File::create(folder.join("edges.csv"))?),
        count: 0,
        dice: Dice(1),
    };
    edges.write(size)?;
    edges.file.flush()?;
    Ok(edges.count)
}

fn write_nodes(file: &mut impl Write, size: Size) -> Result<(), Error> {
    writeln!(file, "id,kind,name,system,tags")?;
    for index in 0..size.identities {
        writeln!(file, "i{index},service_account,svc-{index},directory,")?;
        if index % 2 == 0 {
            writeln!(file, "a{index},account,svc-{index},payroll,")?;
        }
    }
    for index in 0..size.groups {
        writeln!(file, "g{index},group,group {index},directory,")?;
    }
    for index in 0..size.roles {
        writeln!(file, "r{index},role,role {index},directory,")?;
    }
    for index in 0..size.entitlements {
        // Every hundredth has a duty, one after the other.
        let duty = if index % 100 == 0 { duty(index / 100) } else { "" };
        writeln!(file, "e{index},entitlement,entitlement {index},payroll,{duty}")?;
        writeln!(file, "t{index},resource,table {index},payroll,")?;
    }
    file.flush()
}

fn duty(index: u64) -> &'static str {
    if index.is_multiple_of(2) { DUTIES[0] } else { DUTIES[1] }
}

struct Edges<W> {
    file: W,
    count: u64,
    dice: Dice,
}

impl<W: Write> Edges<W> {
    fn write(&mut self, size: Size) -> Result<(), Error> {
        writeln!(self.file, "source,kind,target")?;
        for index in 0..size.identities {
            if index % 2 == 0 {
                self.edge(("a", index), "is_account_of", ("i", index))?;
            }
            for _ in 0..GROUPS_OF_AN_IDENTITY {
                let group = self.dice.below(size.groups);
                self.edge(("i", index), "member_of", ("g", group))?;
            }
        }
        for index in 0..size.groups {
            if index > 0 {
                let above = self.dice.below(index);
                self.edge(("g", index), "member_of", ("g", above))?;
            }
            for _ in 0..ROLES_OF_A_GROUP {
                let role = self.dice.below(size.roles);
                self.edge(("g", index), "member_of", ("r", role))?;
            }
        }
        for index in 0..size.roles {
            for _ in 0..GRANTS_OF_A_ROLE {
                let entitlement = self.dice.below(size.entitlements);
                self.edge(("r", index), "grants", ("e", entitlement))?;
            }
        }
        for index in 0..size.entitlements {
            self.edge(("e", index), "applies_to", ("t", index))?;
        }
        Ok(())
    }

    fn edge(&mut self, from: (&str, u64), kind: &str, to: (&str, u64)) -> Result<(), Error> {
        self.count += 1;
        writeln!(self.file, "{}{},{kind},{}{}", from.0, from.1, to.0, to.1)
    }
}

/// The SplitMix64 sequence (Steele, Lea and Flood, 2014): small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{Size, write};

    const SMALL: Size = Size { identities: 40, groups: 8, roles: 5, entitlements: 200 };

    #[test]
    fn the_same_size_gives_the_same_files() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [first, second] = folders.each_ref().map(|folder| {
            write(folder.path(), SMALL).unwrap();
            ["nodes.csv", "edges.csv"].map(|name| fs::read(folder.path().join(name)).unwrap())
        });
        assert_eq!(first, second);
    }

    #[test]
    fn every_edge_has_two_known_ends_and_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let count = write(folder.path(), SMALL).unwrap();
        let nodes = fs::read_to_string(folder.path().join("nodes.csv")).unwrap();
        let edges = fs::read_to_string(folder.path().join("edges.csv")).unwrap();
        let ids: BTreeSet<&str> =
            nodes.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(edges.lines().skip(1).count() as u64, count);
        for edge in edges.lines().skip(1) {
            let ends: Vec<&str> = edge.split(',').collect();
            assert!(ids.contains(ends[0]) && ids.contains(ends[2]), "{edge}");
        }
    }
}
