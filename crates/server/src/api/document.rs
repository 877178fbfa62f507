//! What the OpenAPI document says of every route alike: the token, the name of the operation, and the
//! problems that any request may meet. What is particular to a route stands at the route.

use utoipa::openapi::path::{Operation, Parameter, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};

use super::caller::KEY_BYTES_MAX;
use super::csv::Lists;

/// The schema of a problem.
const PROBLEM: &str = "Problem";

/// What a status means, for the document.
const MEANING: [(&str, &str); 13] = [
    ("200", "Done, or what was asked for"),
    ("400", "The body is no JSON"),
    ("401", "No token, or one that is good for nothing"),
    ("403", "Read, and the answer is no: who could is said"),
    ("404", "There is no such record"),
    ("409", "The record is not where this begins; as it stands now it is part of the answer"),
    (
        "412",
        "The record was changed since it was looked at; as it stands now it is part of the answer",
    ),
    ("413", "The body is too large"),
    ("415", "The body is not said to be JSON"),
    ("422", "Something in the request cannot be read, or cannot be meant"),
    ("429", "Too often: wait a while"),
    ("500", "Failed on our side; nothing was changed"),
    ("503", "Cannot be done just now"),
];

/// Problems that any request may meet.
const ALWAYS: [&str; 4] = ["401", "422", "500", "503"];

/// Problems that a request with a body may meet.
const WITH_BODY: [&str; 3] = ["400", "413", "415"];

/// Completes the document.
pub(super) fn completed(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_with(Default::default);
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("token", token);
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.delete].into_iter().flatten() {
            complete(operation);
        }
    }
    Lists::of(&document).documented(&mut document);
    document
}

/// One of some words, for schemas of closed sets.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    RefOr::T(object.enum_values(Some(words)).into())
}

/// What the headers of a change look like.
fn header(parameter: &mut Parameter) {
    let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let (schema, words) = match parameter.name.as_str() {
        "If-Match" => (
            text.pattern(Some(r#"^(\*|"[0-9]{1,18}")$"#)),
            "The ETag of the record as you have seen it: refused with 412 when it changed since",
        ),
        "Idempotency-Key" => (
            text.pattern(Some("^[!-~]([ -~]*[!-~])?$"))
                .min_length(Some(1))
                .max_length(Some(KEY_BYTES_MAX)),
            "Carried out once: the same request with the same key is answered as before for 24 hours",
        ),
        _ => return,
    };
    parameter.schema = Some(RefOr::T(schema.into()));
    parameter.description = Some(words.to_owned());
}

/// What may be left out of an address is no null there.
fn never_null(parameter: &mut Parameter) {
    if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        && let SchemaType::Array(kinds) = &object.schema_type
        && let Some(kind) = kinds.iter().find(|kind| **kind != Type::Null)
    {
        object.schema_type = SchemaType::Type(kind.clone());
        if parameter.name == "cursor" {
            object.pattern = Some("^[A-Za-z0-9_-]+$".to_owned());
        }
    }
}

/// Several values of one parameter stand with commas between them.
fn with_commas(parameter: &mut Parameter) {
    if let Some(RefOr::T(Schema::Array(_))) = &parameter.schema {
        parameter.style = Some(ParameterStyle::Form);
        parameter.explode = Some(false);
    }
}

fn complete(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Header => {
                header(parameter);
            }
            RefOr::T(parameter) => {
                never_null(parameter);
                with_commas(parameter);
            }
            RefOr::Ref(_) => {}
        }
    }
    let noun = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
    let verb = operation.operation_id.take().unwrap_or_default();
    operation.operation_id = Some(format!("{noun}.{verb}"));
    let with_body = operation.request_body.iter().flat_map(|_| WITH_BODY);
    for status in ALWAYS.into_iter().chain(with_body) {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| {
            let content = Content::new(Some(Ref::from_schema_name(PROBLEM)));
            let response = ResponseBuilder::new().content("application/problem+json", content);
            response.build().into()
        });
    }
    for (status, response) in &mut operation.responses.responses {
        let meaning = MEANING.iter().find(|(known, _)| known == status);
        if let (RefOr::T(response), Some((_, meaning))) = (response, meaning)
            && response.description.is_empty()
        {
            (*meaning).clone_into(&mut response.description);
        }
    }
}
