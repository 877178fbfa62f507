//! Every problem that is not a refusal of governance: its stable code, its status, what it means and what
//! to do next. A problem without a row here cannot be made, so the reference leaves none out.

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident = $status:ident $code:literal, $says:literal, $next:literal;)+) => {
        /// What is wrong with a request, or with us.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $says] $name,)+
        }

        impl Code {
            /// Every one, in the order in which they are told.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable code for programs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// What it means; a problem may say more exactly what is wrong.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)+ }
            }

            /// What to do next; a problem may know it more exactly.
            #[must_use]
            pub fn next(self) -> &'static str {
                match self { $(Self::$name => $next,)+ }
            }
        }
    };
}

codes! {
    CaseStale = PRECONDITION_FAILED "case.stale",
        "this was changed by somebody else since you looked at it",
        "look at it as it is now, then send your change for that";
    RequestJson = BAD_REQUEST "request.json",
        "the body is no JSON in UTF-8, or did not arrive whole",
        "send JSON in UTF-8: /openapi.json describes its form";
    RequestMalformed = UNPROCESSABLE_ENTITY "request.malformed",
        "something in the request cannot be read, or cannot be meant",
        "correct the request: /openapi.json describes its form";
    RequestKeyReused = UNPROCESSABLE_ENTITY "request.key-reused",
        "this idempotency key was used for another request: choose a new key",
        "choose a new Idempotency-Key for a new request";
    RequestMediaType = UNSUPPORTED_MEDIA_TYPE "request.media-type",
        "the body must be JSON, and say so in Content-Type",
        "send application/json";
    RequestTooLarge = PAYLOAD_TOO_LARGE "request.too-large",
        "the body is larger than is taken at once",
        "send less at once";
    RequestAddress = NOT_FOUND "request.address",
        "there is nothing at this address",
        "see /openapi.json for the addresses there are";
    RequestMethod = METHOD_NOT_ALLOWED "request.method",
        "this address does not take this method",
        "see /openapi.json for the methods there are";
    RequestHost = MISDIRECTED_REQUEST "request.host",
        "people reach this server at its public origin, and this was sent elsewhere",
        "open the public origin; a proxy in front of this server must pass `Host` on";
    RequestNotEncrypted = FORBIDDEN "request.not-encrypted",
        "the way from your browser to this server is not encrypted",
        "open the public origin; a proxy in front of this server must lead there";
    RequestNotHere = FORBIDDEN "request.not-here",
        "this server answers browsers on its own machine only, and yours came through a proxy or under another name",
        "whoever runs this server writes `public_origin = \"https://...\"` into its configuration, as docs/guide/behind-a-proxy.md says";
    RequestForm = FORBIDDEN "request.form",
        "this form is not from a page of your present session, so nothing was done",
        "go back, load the page again, and send the form from there";
    TokenMissing = UNAUTHORIZED "token.missing",
        "this needs a token, and the request has none",
        "send `Authorization: Bearer ...`; `countersign token issue` makes a token";
    TokenInvalid = UNAUTHORIZED "token.invalid",
        "this needs a token that is known, not over, not revoked, and of somebody active",
        "send `Authorization: Bearer ...`; `countersign token issue` makes a token";
    TokenReadOnly = FORBIDDEN "token.read-only",
        "this token is only good for questions",
        "use a token of the scope `act`";
    SignInWrong = UNAUTHORIZED "sign-in.wrong",
        "the sign-in name and the password do not fit, or the person is not active",
        "type them again; whoever runs this server can set a new password";
    SignInTooOften = TOO_MANY_REQUESTS "sign-in.too-often",
        "there were too many tries for this name or from this address",
        "wait as long as `Retry-After` says and try again";
    SignInNotHere = FORBIDDEN "sign-in.not-here",
        "a sign-in link is good only on the machine on which the server runs",
        "sign in with a password";
    SignInClosed = FORBIDDEN "sign-in.closed",
        "nobody signs in here with a password: the provider of your organisation signs people in",
        "sign in with the provider; whoever runs this server opens passwords again with `local_sign_in`";
    SignInProvider = SERVICE_UNAVAILABLE "sign-in.provider",
        "the provider of sign-ins does not answer, or not as it should",
        "try again in a minute; whoever runs this server finds in its log what is wrong";
    SignInNotBegun = BAD_REQUEST "sign-in.not-begun",
        "this browser did not begin this sign-in, or more than ten minutes ago",
        "begin again from the sign-in page";
    SignInNotShown = UNAUTHORIZED "sign-in.not-shown",
        "what the provider sent back does not show who you are",
        "begin again from the sign-in page; whoever runs this server finds in its log what is wrong";
    SignInLess = UNAUTHORIZED "sign-in.less",
        "the provider signed you in less strongly, or longer ago, than was asked",
        "sign in again, and show there what was asked";
    SignInAgain = UNAUTHORIZED "sign-in.again",
        "you have shown who you are too weakly or too long ago for this: nothing was done",
        "sign in again on the pages, and do it there; a token is no more than a single factor, from when it was made";
    DevicePending = BAD_REQUEST "device.authorization-pending",
        "nobody has confirmed yet that this program may be signed in",
        "ask again after `interval` seconds";
    DeviceSlowDown = BAD_REQUEST "device.slow-down",
        "this program asks more often than it may, and nobody has confirmed yet that it may be signed in",
        "wait five seconds longer than before between two questions";
    DeviceDenied = BAD_REQUEST "device.access-denied",
        "somebody said that this program may not be signed in, or is not active any more",
        "begin again, and have it confirmed";
    DeviceExpired = BAD_REQUEST "device.expired-token",
        "this code is over, was used before, or is none",
        "begin again";
    DeviceTooOften = TOO_MANY_REQUESTS "device.temporarily-unavailable",
        "too many programs from this address, or too many tries of this person",
        "wait a while and try again";
    DeviceUnknown = NOT_FOUND "device.unknown-code",
        "no program waits under this code: it was typed wrongly, is more than ten minutes old, or was answered",
        "type the code that the program shows, or have it begin again";
    SystemFault = SERVICE_UNAVAILABLE "system.fault",
        "a connected system did not answer, or not as it should",
        "mend the connection to the system, then ask again";
    EvidenceNotSigned = SERVICE_UNAVAILABLE "evidence.not-signed",
        "no signed checkpoint covers an entry of this case yet, or the ledger is too large for proofs of single entries",
        "ask again in a few seconds; of a very large ledger take an export: `countersign ledger export`";
    EvidenceTooMany = UNPROCESSABLE_ENTITY "evidence.too-many",
        "the case has more entries than one file of evidence may hold",
        "take an export of the ledger: `countersign ledger export`";
    GraphTooLong = SERVICE_UNAVAILABLE "graph.too-long",
        "the graph was not walked to the end of this question within the time for one",
        "ask for less: a node with less behind it, or fewer kinds of edge";
    GraphNothingRead = NOT_FOUND "graph.nothing-read",
        "there is no graph of that time: nothing had been read then, or what was read is damaged",
        "ask for a later time; `GET /api/v1/runs` lists the reads there are";
    FaultTransient = SERVICE_UNAVAILABLE "fault.transient",
        "this could not be done just now: nothing was changed",
        "send it again in a moment, with the same Idempotency-Key";
    FaultBusy = SERVICE_UNAVAILABLE "fault.busy",
        "too much is asked of this server at this moment: nothing was changed",
        "send it again in a moment, with the same Idempotency-Key";
    FaultTooLong = SERVICE_UNAVAILABLE "fault.too-long",
        "this took too long to wait for: it may be done, or not",
        "look at the record, or send it again with the same Idempotency-Key";
    FaultNoCheckpoint = SERVICE_UNAVAILABLE "fault.no-checkpoint",
        "no checkpoint of the ledger could be written outside the database, so nothing more is decided",
        "tell who runs this server what is to be repaired; then send it again";
    FaultPermanent = INTERNAL_SERVER_ERROR "fault.permanent",
        "this failed on our side: nothing was changed",
        "tell who runs this server: its log has the details";
    FaultDefect = INTERNAL_SERVER_ERROR "fault.defect",
        "this list could not be turned into CSV: that is a defect",
        "ask for application/json, and report it";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use countersign_governance::refusal::Refusal;

    use super::Code;

    #[test]
    fn no_code_stands_for_two_things() {
        let ours: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(ours.len(), Code::ALL.len());
        for refusal in Refusal::one_of_each() {
            assert!(!ours.contains(refusal.code()), "{}", refusal.code());
        }
    }
}
