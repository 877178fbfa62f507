//! Fetches what the pages load from the browser's side, by the lock file in `web/`, and writes a Rust
//! file that embeds it: raw, packed, and under the digest of its content. Only the files named here are
//! taken, and a missing one ends the build. Writes nowhere but into `OUT_DIR`, runs no script of a
//! package, and leaves out what only tests need.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Name under /static, media type, and where it is: in `web/`, or in a package.
const ASSETS: [(&str, &str, From); 3] = [
    ("countersign.css", "text/css; charset=utf-8", From::Ours("countersign.css")),
    ("icon.svg", "image/svg+xml", From::Ours("icon.svg")),
    ("htmx.js", "text/javascript; charset=utf-8", From::Package("htmx.org/dist/htmx.min.js")),
];

/// A folder that is filled already, for builds without a network.
const FILLED: &str = "COUNTERSIGN_NODE_MODULES";

enum From {
    Ours(&'static str),
    Package(&'static str),
}

fn main() {
    if let Err(words) = embed() {
        say("error", &words);
        std::process::exit(1);
    }
}

fn embed() -> Result<(), String> {
    let web = folder("CARGO_MANIFEST_DIR")?.join("../../web");
    let out = folder("OUT_DIR")?;
    for file in ["package.json", "package-lock.json", "countersign.css", "icon.svg"] {
        say("rerun-if-changed", &web.join(file).display().to_string());
    }
    say("rerun-if-env-changed", FILLED);
    let packages = match env::var_os(FILLED) {
        Some(filled) => PathBuf::from(filled),
        None => install(&web, &out.join("npm"))?,
    };
    let mut source = String::from("[\n");
    for (name, kind, from) in ASSETS {
        let path = match from {
            From::Ours(file) => web.join(file),
            From::Package(file) => packages.join(file),
        };
        let bytes = read(&path)?;
        let hash: String = Sha256::digest(&bytes)
            .iter()
            .take(8)
            .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        write(&out.join(name), &bytes)?;
        write(&out.join(format!("{name}.gz")), &packed(&bytes)?)?;
        let entry = writeln!(
            source,
            "Asset {{ name: {name:?}, kind: {kind:?}, hash: {hash:?}, \
             raw: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")), \
             packed: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")) }},"
        );
        entry.map_err(|error| error.to_string())?;
    }
    source.push(']');
    write(&out.join("assets.rs"), source.as_bytes())
}

/// Installs by the lock file, unless that was done for this very one.
fn install(web: &Path, into: &Path) -> Result<PathBuf, String> {
    let lock = read(&web.join("package-lock.json"))?;
    let stamp = format!("{:x?}", Sha256::digest(&lock));
    let modules = into.join("node_modules");
    if fs::read_to_string(into.join("stamp")).is_ok_and(|kept| kept == stamp) {
        return Ok(modules);
    }
    fs::create_dir_all(into).map_err(|error| format!("{}: {error}", into.display()))?;
    write(&into.join("package-lock.json"), &lock)?;
    write(&into.join("package.json"), &read(&web.join("package.json"))?)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let ran = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"])
        .current_dir(into)
        .output();
    let done = ran.map_err(|error| {
        format!(
            "npm did not start ({error}): install Node.js 20 or later with npm, or name a filled \
             node_modules folder in {FILLED}"
        )
    })?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.lines().filter(|line| !line.trim().is_empty()).take(3);
        return Err(format!(
            "npm ci in web/ failed: {}; mend its access to the registry, or name a filled \
             node_modules folder in {FILLED}",
            said.collect::<Vec<_>>().join(" ")
        ));
    }
    write(&into.join("stamp"), stamp.as_bytes())?;
    Ok(modules)
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).map_err(|error| error.to_string())?;
    packer.finish().map_err(|error| error.to_string())
}

fn folder(name: &str) -> Result<PathBuf, String> {
    env::var_os(name)
        .map(PathBuf::from)
        .ok_or_else(|| format!("{name} is not set: build with cargo"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Tells cargo something.
fn say(key: &str, value: &str) {
    println!("cargo::{key}={value}");
}
