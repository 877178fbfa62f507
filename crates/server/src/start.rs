//! Starting and stopping: opens the store, puts the first policy in force, connects the configured
//! systems, starts the workers and what listens. Takes clock and randomness, so that a test starts the
//! server in its own process and turns its time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_access::engine::Engine;
use countersign_access::fact::SourceId;
use countersign_ledger::key::SigningKey;
use countersign_policy::folder::Folder;
use countersign_policy::strength::locked_out;
use countersign_store::seal::latest_checkpoint;
use countersign_store::{Fault, Store};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::act::Door;
use crate::auth::provider::Provider;
use crate::clock::{Chance, Clock, NoChance};
use crate::config::{BadConfig, Config};
use crate::door::Hands;
use crate::face;
use crate::folder::{self, NotHeld};
pub use crate::folder::{Held, LOCK};
use crate::front::Front;
use crate::graph::Graph;
use crate::live::Live;
use crate::rewrite;
use crate::setup::{self, NotSetUp};
use crate::worker::crew::{Crew, Ended};
use crate::worker::seal::Sealer;
use crate::worker::steward;
use crate::worker::{Target, Workers};

/// What a server needs to start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Database URL or path.
    pub database: String,
    /// Folder for the ledger's key and the checkpoints outside the database.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The systems.
    pub config: Config,
    /// The policy, loaded whole.
    pub policy: Folder,
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The door, the graph and the systems.
    pub workers: Workers,
    stop: watch::Sender<bool>,
    crew: Crew,
    _folder: Held,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The database.
    #[error("{0}")]
    Store(#[from] Fault),
    /// The configuration.
    #[error("{0}")]
    Config(#[from] BadConfig),
    /// The first steps.
    #[error("{0}")]
    SetUp(#[from] NotSetUp),
    /// The data folder.
    #[error("`{path}`: {source}; give a folder that this account may write with --data")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Somebody else works in the data folder.
    #[error(
        "`{0}` is in use by a server that runs: stop that one, or give another folder with --data"
    )]
    InUse(String),
    /// The ledger's key.
    #[error("the ledger's key in `{0}` is damaged: restore it from a backup, never make a new one")]
    Key(String),
    /// The ledger of this database was begun with another key.
    #[error(
        "the ledger in this database is signed with another key than `{0}`: put the `ledger.key` of \
         the server that began it there, from its data folder or from a backup"
    )]
    OtherKey(String),
    /// Another policy is in force.
    #[error(
        "the policy given here is not the one in force ({in_force}): a person in the security seat puts it \
         in force with `countersign policy adopt`, or start with the one in force"
    )]
    OtherPolicy {
        /// Digest of the policy in force.
        in_force: String,
    },
    /// Something would be possible to nobody: no sign-in here is strong enough for it.
    #[error(
        "no sign-in here is strong enough for the policy, so that nobody could do some of it: {what}; {next}, \
         or whoever sits in the security seat asks for less in the policy"
    )]
    LockedOut {
        /// Which verbs need what.
        what: String,
        /// What would make sign-ins strong enough.
        next: &'static str,
    },
    /// The address.
    #[error("cannot listen on {address}: {source}; give another address with --listen")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Other machines would reach it, and nothing says on which encrypted way.
    #[error(
        "other machines could reach {address}, and nothing says under which https address people come: \
         write `public_origin = \"https://countersign.example.com\"` into the file given with --config \
         and put a proxy that ends TLS in front, as docs/guide/behind-a-proxy.md says, or listen on \
         127.0.0.1"
    )]
    Exposed {
        /// Where it should have listened.
        address: SocketAddr,
    },
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// Opens store and policy without starting anything, for commands that need the door alone.
///
/// # Errors
/// When the database cannot be opened.
pub async fn open(
    database: &str,
    policy: Folder,
    clock: Clock,
    chance: Chance,
) -> Result<Door, NotStarted> {
    let store = Store::open(database).await?;
    let graph = Graph::new(Engine::build(Vec::new(), policy.rules.packs.clone()), 0);
    let (policy, systems) = (Arc::new(policy), Arc::default());
    let live = Live::new(Arc::clone(&policy));
    Ok(Door { store, graph, policy, live, systems, clock, chance })
}

/// Makes a data folder where it is not there, and takes it for this process alone. A server that was
/// killed while it started a process of its own has it until that one is under way: this waits for it.
///
/// # Errors
/// When another server has it, or it cannot be written.
pub async fn hold(data: &Path) -> Result<Held, NotStarted> {
    let path = || data.display().to_string();
    for _ in 0..HOLD_TRIES_MAX {
        match folder::hold(data) {
            Ok(held) => return Ok(held),
            Err(NotHeld::InUse) => tokio::time::sleep(HOLD_AGAIN).await,
            Err(NotHeld::Unwritable(source)) => {
                return Err(NotStarted::Folder { path: path(), source });
            }
        }
    }
    Err(NotStarted::InUse(path()))
}

/// How often a folder that is in use is tried.
const HOLD_TRIES_MAX: u32 = 20;

/// Between two tries.
const HOLD_AGAIN: Duration = Duration::from_millis(50);

/// Starts a server.
///
/// # Errors
/// [`NotStarted`], in words for the operator; nothing is left running then.
pub async fn start(
    settings: Settings,
    clock: Clock,
    chance: Chance,
) -> Result<Running, NotStarted> {
    let held = hold(&settings.data).await?;
    start_in(held, settings, clock, chance).await
}

/// [`start`] in a folder that is held already.
///
/// # Errors
/// As [`start`].
pub async fn start_in(
    held: Held,
    settings: Settings,
    clock: Clock,
    chance: Chance,
) -> Result<Running, NotStarted> {
    let Settings { database, data, listen, config, policy } = settings;
    let folder = |source| NotStarted::Folder { path: data.display().to_string(), source };
    let front = front(&config, listen)?;
    must_be_open(&config, &policy)?;
    let checkpoints = data.join("checkpoints");
    std::fs::create_dir_all(&checkpoints).map_err(folder)?;
    let door = open(&database, policy, clock, chance).await?;
    let sealer = sealer(&data, &door).await?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|source| NotStarted::Listen { address: listen, source })?;
    let address =
        listener.local_addr().map_err(|source| NotStarted::Listen { address: listen, source })?;
    let provider = provider(&config, address)?;
    let workers = Workers {
        holder: node_name(&data, &door)?,
        targets: Arc::new(BTreeMap::new()),
        accepted: Arc::new(Notify::new()),
        sealer: Arc::new(Sealer { outside: Some(checkpoints), ..sealer }),
        door,
    };
    // What an earlier process decided last is sealed before anything more is decided, and what it was
    // at is taken up: the folder is ours alone, so nobody lives who goes by our name.
    workers.seal_once().await;
    workers.door.store.take_back(&workers.holder).await?;
    if !setup::policy_in_force(&workers.door).await? {
        return Err(other_policy(&workers.door).await);
    }
    rewrite::affected(&workers.door).await.map_err(NotSetUp::Act)?;
    let targets = Arc::new(targets(&workers.door, &config).await?);
    let door = Door { systems: Arc::new(hands(&targets)), ..workers.door };
    let workers = Workers { targets, door, ..workers };
    steward::look(&workers.door).await.map_err(NotSetUp::Act)?;
    workers.seal_once().await;
    let (stop, stopped) = watch::channel(false);
    workers.door.live.test();
    let mut crew = workers.start(&stopped);
    crew.add("face", face::serve(listener, (workers.clone(), front, provider), stopped));
    Ok(Running { address, workers, stop, crew, _folder: held })
}

/// How long workers and callers have to come to an end.
const STOP_MAX: Duration = Duration::from_secs(3);

/// The log's name in its checkpoints: fixed, because an auditor compares it over years.
pub const ORIGIN: &str = "countersign/ledger";

impl Running {
    /// Waits for the first of the API and the workers that ends by itself, which only a fault makes it
    /// do: the server is not whole any more, and whoever runs it stops it then.
    pub async fn ended(&mut self) -> Ended {
        self.crew.first_end().await
    }

    /// Ends everything in order, and what has no end of its own after `STOP_MAX`; what was decided
    /// is sealed.
    pub async fn stop(mut self) {
        // Nobody listens any more when all have ended already.
        let _ = self.stop.send(true);
        if tokio::time::timeout(STOP_MAX, self.crew.all_ended()).await.is_err() {
            tracing::warn!("a caller or a system does not come to an end and is left alone");
            self.crew.shut_down().await;
        }
        // The others may have decided something after the sealer ended.
        self.workers.seal_once().await;
        self.workers.door.store.close().await;
    }
}

fn front(config: &Config, listen: SocketAddr) -> Result<Front, NotStarted> {
    let front = config.front();
    if front.public.is_none() && !listen.ip().to_canonical().is_loopback() {
        return Err(NotStarted::Exposed { address: listen });
    }
    if front.public.is_some() && front.proxies.is_empty() {
        tracing::warn!("no `trusted_proxies`: whoever signs in counts as coming from the proxy");
    }
    Ok(front)
}

/// Nothing may ask for a sign-in that is stronger than any here can be.
fn must_be_open(config: &Config, policy: &Folder) -> Result<(), NotStarted> {
    let found = locked_out(policy, config.strongest());
    if found.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = found.iter().map(ToString::to_string).collect();
    Err(NotStarted::LockedOut { what: words.join("; "), next: config.to_be_stronger() })
}

/// The provider of sign-ins, which sends browsers back to where people reach this server.
fn provider(config: &Config, address: SocketAddr) -> Result<Option<Provider>, NotStarted> {
    let Some(table) = config.provider.clone() else { return Ok(None) };
    let public = config.public_origin.as_ref().map(ToString::to_string);
    let origin = public.or_else(|| table.redirect_origin.clone());
    let origin = origin.unwrap_or_else(|| format!("http://{address}"));
    Ok(Some(Provider::new(table, &origin).map_err(BadConfig::Provider)?))
}

async fn targets(door: &Door, config: &Config) -> Result<BTreeMap<SourceId, Target>, NotStarted> {
    let mut targets = BTreeMap::new();
    for system in &config.system {
        let connector = Arc::new(system.connector()?);
        let id = setup::connect(door, system).await?;
        let (read_only, every) = (system.read_only, system.every());
        let target = Target { id, connector, read_only, every, reading: Arc::default() };
        targets.insert(SourceId::new(&system.name), target);
    }
    Ok(targets)
}

fn hands(targets: &BTreeMap<SourceId, Target>) -> BTreeMap<SourceId, Hands> {
    let of = |target: &Target| if target.read_only { Hands::ByHand } else { Hands::Ours };
    targets.iter().map(|(name, target)| (name.clone(), of(target))).collect()
}

async fn other_policy(door: &Door) -> NotStarted {
    let look = crate::kept::look(&door.store, countersign_governance::Subject::Policy).await;
    let in_force = match look {
        Ok((countersign_governance::State::Policy(Some(policy)), _)) => policy.digest,
        Ok(_) | Err(_) => "unknown".to_owned(),
    };
    NotStarted::OtherPolicy { in_force }
}

/// This node's name among those on the same database; kept, so that after a crash it takes its own
/// leases back at once.
fn node_name(data: &Path, door: &Door) -> Result<String, NotStarted> {
    let path = data.join("node.id");
    let folder = |source| NotStarted::Folder { path: path.display().to_string(), source };
    match std::fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(folder(source)),
        Ok(_) | Err(_) => {}
    }
    let name = door.chance.id(door.clock.now())?.to_string();
    folder::put(&path, name.as_bytes()).map_err(folder)?;
    Ok(name)
}

/// Who seals: with the key by which this ledger was begun, and no other. A key is only made for a
/// ledger that nobody has signed yet.
async fn sealer(data: &Path, door: &Door) -> Result<Sealer, NotStarted> {
    let path = data.join("ledger.key");
    let other = || NotStarted::OtherKey(path.display().to_string());
    let begun = latest_checkpoint(&door.store).await?;
    if begun.is_some() && !path.exists() {
        return Err(other());
    }
    let key = signing_key(data, &door.chance)?;
    let sealer =
        Sealer { origin: ORIGIN.to_owned(), key, outside: None, trouble: Mutex::default() };
    if begun.is_some_and(|checkpoint| !sealer.signed(&checkpoint)) {
        return Err(other());
    }
    Ok(sealer)
}

/// The ledger's key: made once, readable by its owner alone; its public half lies beside it.
fn signing_key(data: &Path, chance: &Chance) -> Result<SigningKey, NotStarted> {
    let path = data.join("ledger.key");
    let folder = |source| NotStarted::Folder { path: path.display().to_string(), source };
    let secret = match std::fs::read(&path) {
        Ok(secret) => secret,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            let secret = chance.bytes::<32>()?;
            folder::put(&path, &secret).map_err(folder)?;
            secret.to_vec()
        }
        Err(source) => return Err(folder(source)),
    };
    let damaged = || NotStarted::Key(path.display().to_string());
    let secret: [u8; 32] = secret.try_into().map_err(|_| damaged())?;
    let key = SigningKey::from_secret(ORIGIN, &secret).map_err(|_| damaged())?;
    let verifier = format!("{}\n", key.verifier());
    let beside = data.join("ledger.vkey");
    // The same as ever is left alone: somebody may be reading it.
    if std::fs::read_to_string(&beside).ok().as_ref() != Some(&verifier) {
        std::fs::write(&beside, verifier).map_err(folder)?;
    }
    Ok(key)
}
