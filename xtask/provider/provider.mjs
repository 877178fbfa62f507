// A provider of sign-ins for tests: a certified one from npm, of which every test gets its own, with keys
// and people of its own, below /t/NAME/. Its clock stands where that of the tests begins.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const BEGINNING = Date.parse("2027-01-04T08:00:00Z");
const RealDate = globalThis.Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [BEGINNING] : given));
  }
  static now() {
    return BEGINNING;
  }
};

const { default: Provider } = await import("oidc-provider");

const tests = new Map();

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}

function instance(name, { client, people }) {
  const issuer = `${origin}/t/${name}`;
  const provider = new Provider(issuer, {
    clients: [client],
    jwks: { keys: [newKey()] },
    cookies: { keys: ["a", "b"] },
    claims: { email: ["email", "email_verified"], profile: ["name", "groups"] },
    conformIdTokenClaims: false,
    acrValues: ["one", "two", "three"],
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    interactions: { url: (_, it) => `/t/${name}/show/${it.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    // By itself it sends nothing to this machine, where all tests are.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  provider.on("server_error", (_, error) => console.error(name, error));
  return provider;
}

async function body(request) {
  let text = "";
  for await (const part of request) {
    text += part;
  }
  return text;
}

// Whoever comes here says who they are and how they showed it, and is believed.
async function show(provider, request, response) {
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><html lang="en"><title>Show who you are</title><h1>Show who you are</h1>
      <form method="post"><label>Who <input name="who"></label> <label>How <input name="how"></label>
      <button>Go on</button></form></html>`);
    return;
  }
  const said = new URLSearchParams(await body(request));
  const login = { accountId: said.get("who"), acr: said.get("how") || undefined, remember: true };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function answer(request, response) {
  const [, , name, what] = request.url.split(/[/?]/);
  if (what === "set-up") {
    const set = JSON.parse(await body(request));
    tests.set(name, { set, provider: instance(name, set) });
    response.end("{}");
    return;
  }
  const test = tests.get(name);
  if (!test) {
    response.statusCode = 404;
    response.end();
    return;
  }
  if (what === "new-keys") {
    test.provider = instance(name, test.set);
    response.end("{}");
    return;
  }
  if (what === "regroup") {
    const { subject, groups } = JSON.parse(await body(request));
    test.set.people[subject].groups = groups;
    response.end("{}");
    return;
  }
  // What the provider sends when somebody signs out, kept for the test to send on, more than once.
  if (what === "heard" && request.method === "POST") {
    test.heard = new URLSearchParams(await body(request)).get("logout_token");
    response.end();
    return;
  }
  if (what === "heard") {
    response.end(test.heard ?? "");
    return;
  }
  if (what === "show") {
    await show(test.provider, request, response);
    return;
  }
  request.originalUrl = request.url;
  request.url = request.url.slice(`/t/${name}`.length) || "/";
  test.provider.callback()(request, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
});
await new Promise((there) => server.listen(0, "127.0.0.1", there));
const origin = `http://127.0.0.1:${server.address().port}`;
console.log(origin);
