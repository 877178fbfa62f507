//! Sign-in by the provider of an organisation: OpenID Connect Core 1.0, the authorization code flow with
//! PKCE (RFC 7636), and Back-Channel Logout 1.0. Whoever the provider vouches for is found by issuer and
//! subject; it gives a seat only where policy says so of a group. Knows no page.

mod claims;
mod fetch;
mod flow;
pub(crate) mod group;
mod known;
pub(crate) mod person;

use std::sync::Arc;

use countersign_policy::authority::Strength;
use countersign_store::provider::is_repeated;
use countersign_store::{Fault, Tx};
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::clock::NoChance;
use crate::config::{Provider as Table, is_safe};
use crate::door::{Door, NotDone};
use crate::signed::{Needed, Signed};
use claims::{Expected, Untrue};
pub(crate) use flow::{Back, COOKIE_LIFE};
use known::{Known, Metadata};

/// Where browsers are sent back to.
pub(crate) const BACK: &str = "/sign-in/provider/back";

/// How many sign-ins are asked about at the provider at the same time.
const ASKED_MAX: usize = 16;

/// Why nobody was shown to be anybody.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotShown {
    /// The provider did not answer, or not as one does.
    #[error("{0}")]
    Unreached(String),
    /// It said something that cannot be believed.
    #[error("{0}")]
    Untrue(#[from] Untrue),
    /// It said no, by this error code.
    #[error("the provider said `{0}`")]
    Declined(String),
    /// This browser did not begin this sign-in, or too long ago.
    #[error("this browser did not begin this sign-in, or more than ten minutes ago")]
    NotBegun,
    /// It was shown less strongly, or longer ago, than was asked.
    #[error("{needed} was asked for, and the provider says: {}", said(shown))]
    Less {
        /// What was asked for.
        needed: Needed,
        /// What was shown.
        shown: Signed,
        /// Where to go on.
        next: String,
    },
    /// Too many sign in at this moment.
    #[error("too many sign in at this moment")]
    Busy,
    /// A logout message that was heard before.
    #[error("this message was heard before")]
    Repeated,
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// Something of ours failed.
    #[error("{0}")]
    Ours(#[from] NotDone),
}

impl From<Fault> for NotShown {
    fn from(fault: Fault) -> Self {
        Self::Ours(NotDone::Store(fault))
    }
}

/// Whom the provider vouches for, and how they showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// Their session at the provider.
    pub(crate) session: Option<String>,
    /// Their name, for a page that greets somebody who is not known here.
    pub(crate) name: Option<String>,
    /// Their e-mail address, where the provider says that it is verified.
    pub(crate) email: Option<String>,
    pub(crate) groups: Vec<String>,
    /// How strongly they showed it, and when, where the provider says.
    pub(crate) signed: Signed,
}

/// The provider, as it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    table: Table,
    secret: Option<SecretString>,
    /// Where browsers are sent back to.
    back: String,
    http: Client,
    known: Known,
    asked: Semaphore,
}

impl Provider {
    /// One that is written down, for a server that is reached at this origin. Nothing is asked of it
    /// yet: a server starts without its provider.
    ///
    /// # Errors
    /// When its secret cannot be had: a sentence for the operator.
    pub(crate) fn new(table: Table, origin: &str) -> Result<Self, String> {
        let secret = table.secret()?;
        let http = fetch::client().map_err(|why| format!("no client for HTTP: {why}"))?;
        let back = format!("{origin}{BACK}");
        let (known, asked) = (Known::default(), Semaphore::new(ASKED_MAX));
        Ok(Self(Arc::new(Inner { table, secret, back, http, known, asked })))
    }

    /// What is written down about it.
    pub(crate) fn table(&self) -> &Table {
        &self.0.table
    }

    /// Where a browser begins, and what it keeps until it comes back.
    ///
    /// # Errors
    /// When the provider does not say where that is.
    pub(crate) async fn begin(
        &self,
        door: &Door,
        next: &str,
        needed: Needed,
    ) -> Result<(String, String), NotShown> {
        let metadata = self.metadata(door.clock.now()).await?;
        let begun = flow::Begun::new(&door.chance, next, needed, door.clock.now())?;
        Ok((begun.address(&metadata, &self.0.table, &self.0.back), begun.cookie()))
    }

    /// Whom a browser that comes back shows, and where it goes on.
    ///
    /// # Errors
    /// When anything of it does not fit: then it is nobody.
    pub(crate) async fn finish(
        &self,
        door: &Door,
        cookie: Option<&str>,
        back: &Back,
    ) -> Result<(Identity, String), NotShown> {
        let now = door.clock.now();
        let begun = cookie.and_then(|it| flow::Begun::read(it, now)).ok_or(NotShown::NotBegun)?;
        // Before anything else is believed: whoever has no state of this browser says nothing here.
        if !begun.is_answered_by(back.state.as_deref().unwrap_or_default()) {
            return Err(NotShown::NotBegun);
        }
        let _one = self.0.asked.try_acquire().map_err(|_| NotShown::Busy)?;
        let metadata = self.metadata(now).await?;
        back.must_be_of(&metadata)?;
        if let Some(error) = &back.error {
            return Err(NotShown::Declined(short(error)));
        }
        let code = back.code.as_deref().ok_or_else(|| Untrue::of("there is no code"))?;
        let Inner { table, secret, back: address, http, .. } = &*self.0;
        let form = flow::exchange(&begun, code, address);
        let token = fetch::token(http, &metadata, (table, secret.as_ref()), form).await?;
        let nonce = begun.nonce();
        let expected = Expected { table, now, nonce: Some(&nonce) };
        let claims = self.verified(&token, &expected).await?;
        let identity = claims.identity(table);
        if !begun.is_met_by(&identity.signed, now) {
            let (needed, shown, next) = (begun.needed, identity.signed, begun.next);
            return Err(NotShown::Less { needed, shown, next });
        }
        Ok((identity, begun.next))
    }

    /// Ends the sessions that a logout message of the provider is about; says how many.
    ///
    /// # Errors
    /// When it is not one that the provider sent just now, or was heard before.
    pub(crate) async fn hear(&self, door: &Door, message: &str) -> Result<u64, NotShown> {
        let now = door.clock.now();
        let expected = Expected { table: &self.0.table, now, nonce: None };
        let claims = self.verified(message, &expected).await?;
        let about = claims.logout(now)?;
        let ended = door.store.transact_with(about, move |tx, about| Box::pin(end(tx, about, now)));
        ended.await.map_err(|fault: Fault| match is_repeated(&fault) {
            true => NotShown::Repeated,
            false => fault.into(),
        })
    }

    /// Where a browser ends its session at the provider too, where the provider has such a place.
    pub(crate) async fn out(&self, now: Timestamp) -> Option<String> {
        let metadata = self.metadata(now).await.ok()?;
        let place = metadata.end_session_endpoint.as_deref().filter(|it| is_safe(it))?;
        let after = format!("{}/sign-in", self.0.back.strip_suffix(BACK)?);
        let client = self.0.table.client_id.as_str();
        let query = [("client_id", client), ("post_logout_redirect_uri", after.as_str())];
        Some(flow::with_query(place, &query))
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, NotShown> {
        self.0.known.metadata(&self.0.http, &self.0.table.issuer, now).await
    }

    /// The claims of a token; where its key is not known, the keys are asked for once more.
    async fn verified(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<claims::Claims, NotShown> {
        let metadata = self.metadata(expected.now).await?;
        let keys = self.0.known.keys(&self.0.http, &metadata, expected.now, false).await?;
        match claims::verify(token, &keys, expected) {
            Err(Untrue::UnknownKey) => {
                let keys = self.0.known.keys(&self.0.http, &metadata, expected.now, true).await?;
                Ok(claims::verify(token, &keys, expected)?)
            }
            verified => Ok(verified?),
        }
    }
}

async fn end(tx: &mut Tx, about: &claims::Logout, now: Timestamp) -> Result<u64, Fault> {
    let issuer = about.issuer.as_str();
    let until = about.expires_at.checked_add(claims::LEEWAY).unwrap_or(Timestamp::MAX);
    tx.forget_heard(now).await?;
    tx.hear_provider((issuer, &about.message), until).await?;
    match (&about.session, &about.subject) {
        (Some(session), _) => tx.revoke_sessions_of_provider((issuer, session), now).await,
        (None, Some(subject)) => tx.revoke_sessions_of_subject((issuer, subject), now).await,
        (None, None) => Ok(0),
    }
}

/// What the provider says, in words.
fn said(shown: &Signed) -> String {
    let with = match shown.strength {
        Strength::Single => "a single factor",
        Strength::Second => "a second factor",
        Strength::Key => "a key that cannot be phished",
    };
    match shown.at {
        Some(at) => format!("{with}, at {at:.0}"),
        None => format!("{with}, and not when"),
    }
}

/// A word of somebody else, as it may stand in a log or on a page.
fn short(word: &str) -> String {
    const CHARS_MAX: usize = 100;
    word.chars().filter(|it| !it.is_control()).take(CHARS_MAX).collect()
}

/// How long what was read of the provider is good, before it is read again.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);
