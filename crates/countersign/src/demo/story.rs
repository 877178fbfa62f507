//! The story: two findings, one that is fixed and one that a fix does not help, and one person who is
//! told no. Every line says what really happened; nothing is said that was not read.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_access::change::Evidence;
use countersign_access::finding::Finding as Toxic;
use countersign_governance::finding::{self, assign};
use countersign_governance::id::PersonId;
use countersign_governance::refusal::Refusal;
use countersign_governance::seat::SeatName;
use countersign_governance::text::TextDigest;
use countersign_server::ask::finding::{self as ask, Whole};
use countersign_server::kept;
use countersign_server::start::Running;
use countersign_server::token::{self, Scope};
use countersign_store::read::finding::{Filter, Item};
use secrecy::ExposeSecret;

use super::cast::{Stage, broken, missing};
use super::hospital::{Hospital, SYSTEMS};
use super::{could_not, voice};
use crate::exit::Failure;

/// What a part of the story is about.
struct Part {
    /// The finding's rule.
    rule: &'static str,
    /// Its root cause.
    root: &'static str,
    /// Whose process.
    process: &'static str,
    /// The node that is taken away.
    taken: &'static str,
}

/// The finding that is fixed, and what its owner takes away.
const FIXED: Part = Part {
    rule: "business.vendor-and-payment",
    root: "sandbox/erp/account/svc-vendor-sync",
    process: "procure-to-pay",
    taken: "sandbox/erp/group/month-end-cover",
};

/// The finding that a fix does not help, and what its owner takes away.
const STAYS: Part = Part {
    rule: "business.bank-details-and-payroll",
    root: "sandbox/hr/role/payroll-operations",
    process: "payroll",
    taken: "sandbox/hr/role/payroll-operations",
};

/// Most findings that are listed.
const LISTED_MAX: i64 = 200;

/// Tells it, from a read to the verified ledger; answers the finding that was fixed.
pub(super) async fn tell(
    running: &Running,
    hospital: &Hospital,
    (data, ids): (&Path, &BTreeMap<String, PersonId>),
) -> Result<String, Failure> {
    let stage = Stage { running, hospital, ids };
    stage.hand_out_tokens(&data.join("tokens")).await?;
    stage.observe().await?;
    stage.judge().await?;
    let fixed = stage.fix().await?;
    stage.fix_that_does_not_help().await?;
    stage.verify_ledger(data).await?;
    Ok(fixed)
}

impl Stage<'_> {
    async fn hand_out_tokens(&self, folder: &Path) -> Result<(), Failure> {
        std::fs::create_dir_all(folder).map_err(|error| could_not(folder, &error))?;
        for person in &self.hospital.people.person {
            let Some(id) = self.ids.get(&person.id) else { continue };
            let issued = token::issue(self.door(), *id, Scope::Act, "demo", 30).await;
            let secret = issued.map_err(|error| Failure::fault(error.to_string()))?;
            let path = folder.join(person.name.to_lowercase().replace(' ', "-"));
            write_secret(&path, secret.expose_secret())
                .map_err(|error| could_not(&path, &error))?;
        }
        Ok(())
    }

    async fn observe(&self) -> Result<(), Failure> {
        voice::station("OBSERVE", "what each system says today, read by a process of its own")?;
        for name in SYSTEMS {
            let synced = self.read(name).await?;
            let seen = if synced.unreadable.is_empty() { "everything readable" } else { "in part" };
            voice::good(&format!("{name:<8} {:>4} facts, {seen}", synced.facts))?;
        }
        Ok(())
    }

    async fn judge(&self) -> Result<(), Failure> {
        let filter = Filter::default();
        let list = ask::page(self.door(), &filter, None, LISTED_MAX).await.map_err(broken)?;
        let open: Vec<_> = list.items.iter().filter(|row| row.ended_at.is_none()).collect();
        let total = list.items.len();
        let words = format!("{total} toxic combinations so far, {} are still there", open.len());
        voice::station("JUDGE", &words)?;
        for row in open.iter().rev() {
            let found = ask::find(self.door(), &row.reference).await.map_err(broken)?;
            let Some(item) = found else { continue };
            let title = detail(&self.whole(&item).await?).map(|it| it.title.clone());
            voice::line(&format!(
                "{:<5} {:<8} {:<11} {}",
                row.reference,
                row.severity,
                row.status,
                title.unwrap_or_default()
            ))?;
        }
        Ok(())
    }

    /// The main job, whole.
    async fn fix(&self) -> Result<String, Failure> {
        let item = self.find(FIXED.rule, FIXED.root).await?;
        let whole = self.whole(&item).await?;
        let reference = whole.row.reference.clone();
        self.show(&reference, &whole)?;
        let (owner, owner_name) = self.owner_of(FIXED.process)?;
        let (security, security_name) = self.seat(SeatName::Security)?;
        let (control, control_name) = self.seat(SeatName::Control)?;
        voice::station(
            "DECIDE",
            "one person behind it, and nobody signs for somebody else's duty",
        )?;
        self.assign(security, &item, owner).await?;
        voice::good(&format!("{security_name} (security) puts {owner_name} behind it"))?;
        self.decide(&item, (owner, &owner_name), &FIXED).await?;
        match self.order(owner, &item).await? {
            Err(refusal) => {
                voice::bad(&format!("{owner_name} (business) orders it herself: refused"))?;
                voice::aside(&format!("{refusal}; {}", refusal.next()))?;
                voice::aside("the ledger keeps who was told no")?;
            }
            Ok(()) => return Err(Failure::fault("the business seat could enforce: report this")),
        }
        voice::station("ACT", "the change is made in the real system")?;
        yes(self.order(control, &item).await?)?;
        voice::good(&format!("{control_name} (control) orders it"))?;
        let ended = self.settled(&item).await?;
        self.proof(&ended, &reference).await?;
        Ok(reference)
    }

    /// The change is real, and the combination is still there.
    async fn fix_that_does_not_help(&self) -> Result<(), Failure> {
        let item = self.find(STAYS.rule, STAYS.root).await?;
        let whole = self.whole(&item).await?;
        let reference = whole.row.reference.clone();
        voice::station("AGAIN", "a fix that does not help is no fix")?;
        let title = detail(&whole).map(|it| it.title.clone()).unwrap_or_default();
        voice::line(&format!("{reference} {title}"))?;
        let (owner, owner_name) = self.owner_of(STAYS.process)?;
        let (security, _) = self.seat(SeatName::Security)?;
        let (control, control_name) = self.seat(SeatName::Control)?;
        self.assign(security, &item, owner).await?;
        self.decide(&item, (owner, &owner_name), &STAYS).await?;
        yes(self.order(control, &item).await?)?;
        voice::good(&format!("{control_name} (control) orders it, and the system does it"))?;
        let settled = self.settled(&item).await?;
        let history = ask::history(self.door(), &item.row.id, 0, 200).await.map_err(broken)?;
        let still = history
            .items
            .iter()
            .filter(|entry| entry.name.starts_with("finding.not_verified"))
            .find_map(|entry| first_still(&entry.texts));
        voice::bad(&format!("{reference} stays open ({}) with {owner_name}", settled.row.status))?;
        if let Some((who, path)) = still {
            voice::aside(&format!("{who} still has it: {}", path.join(" → ")))?;
        }
        Ok(())
    }

    async fn assign(&self, by: PersonId, item: &Item, owner: PersonId) -> Result<(), Failure> {
        let command = finding::Command::Assign(assign::Assign { owner });
        yes(self.ask_finding(by, item, command, Vec::new()).await?)
    }

    async fn decide(
        &self,
        item: &Item,
        (owner, name): (PersonId, &str),
        part: &Part,
    ) -> Result<(), Failure> {
        let words = yes(self.choose(item, owner, part.taken).await?)?;
        voice::good(&format!("{name} (business) decides: {words}"))
    }

    fn show(&self, reference: &str, whole: &Whole) -> Result<(), Failure> {
        let Some(toxic) = detail(whole) else { return Ok(()) };
        voice::say("")?;
        voice::line(&format!("{reference}: {}", toxic.title))?;
        for path in toxic.paths.iter().take(2) {
            voice::chain(path)?;
        }
        Ok(())
    }

    async fn proof(&self, whole: &Whole, reference: &str) -> Result<(), Failure> {
        voice::station("PROVE", "read back, then the whole system once more")?;
        let digest = whole.case.pointer("/stage/ending/evidence").and_then(|it| it.as_str());
        let digest = TextDigest(digest.unwrap_or_default().to_owned());
        let words = kept::read_words(&self.door().store, &digest).await.map_err(broken)?;
        let evidence = words.and_then(|words| serde_json::from_str::<Evidence>(&words).ok());
        let evidence = evidence.ok_or_else(|| missing("evidence"))?;
        voice::good(&format!("the edge is gone, read back at {}", evidence.read_at))?;
        voice::aside(&format!("by {} from {}", evidence.read_by, evidence.read_from))?;
        voice::aside(&format!("the raw answer is kept, SHA-256 {}", evidence.digest))?;
        voice::good("nobody whom it affected has the combination on any path")?;
        voice::good(&format!("{reference} ended: {}", whole.row.status))?;
        if whole.row.status == "fixed" {
            return Ok(());
        }
        Err(Failure::fault(format!("{reference} should have ended as fixed: report this")))
    }

    async fn verify_ledger(&self, data: &Path) -> Result<(), Failure> {
        voice::station(
            "LEDGER",
            "exported, and verified offline by a process that knows only the files",
        )?;
        let folder = data.join("ledger-export");
        let verifier = data.join("ledger.vkey");
        let key =
            std::fs::read_to_string(&verifier).map_err(|error| could_not(&verifier, &error))?;
        let store = &self.door().store;
        self.sealed().await?;
        let written =
            countersign_server::export::write(store, key.trim(), &folder, self.door().clock.now())
                .await;
        written.map_err(|error| Failure::fault(error.to_string()))?;
        let program = std::env::current_exe().map_err(|error| could_not(&folder, &error))?;
        let mut verify = tokio::process::Command::new(program);
        verify.args(["ledger", "verify"]).arg(&folder).arg("--key").arg(&verifier);
        let said = verify.output().await.map_err(|error| could_not(&folder, &error))?;
        for line in String::from_utf8_lossy(&said.stdout).lines() {
            voice::line(line)?;
        }
        if said.status.success() { Ok(()) } else { Err(Failure::fault("the ledger is not whole")) }
    }
}

/// A yes, or a refusal that the story does not know.
fn yes<T>(answer: Result<T, Refusal>) -> Result<T, Failure> {
    answer.map_err(|refusal| Failure::fault(refusal.to_string()))
}

fn detail(whole: &Whole) -> Option<&Toxic> {
    whole.detail.as_ref()
}

/// Who still has it and through what, from the texts of an event.
fn first_still(texts: &serde_json::Value) -> Option<(String, Vec<String>)> {
    let texts = texts.as_object()?.values();
    texts.filter_map(|text| text.as_str()).find_map(|text| {
        let still: Vec<countersign_server::graph::Still> = serde_json::from_str(text).ok()?;
        still.into_iter().next().map(|still| (still.name, still.path))
    })
}

fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())
}
