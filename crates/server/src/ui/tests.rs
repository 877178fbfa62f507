//! Every page with every sample: well-formed, labelled, with its headings in order, and as it was
//! looked at and found good.

#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod check;
pub(in crate::ui) mod sample;

use check::check;

#[test]
fn every_page_is_well_formed_labelled_and_as_it_was_found_good() {
    let pages = sample::all();
    assert!(pages.len() > 20, "{}", pages.len());
    for (name, page) in pages {
        let complaints = check(&page);
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, body(&page));
        });
    }
}

#[test]
fn markup_in_every_text_is_shown_as_text() {
    let marked = "<script>alert(\"1\")</script>'&";
    for (name, page) in sample::marked(marked) {
        assert!(check(&page).is_empty(), "{name}: {:#?}", check(&page));
        assert!(page.contains("&#60;script&#62;alert("), "{name} shows the text");
        assert!(!page.contains("<script>"), "{name} has no script in it");
        assert!(!page.contains("\"1\")</script>'"), "{name} leaves no attribute");
    }
}

#[test]
fn a_page_that_is_not_well_formed_or_labelled_is_found() {
    let page = |body: &str| {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><title>T</title></head><body><main>{body}</main></body></html>"
        )
    };
    assert_eq!(check(&page("<h1>One</h1>")), Vec::<String>::new());
    for (body, complaint) in [
        ("<h1>One</h1><p>", "`</main>` ends `<p>`"),
        ("<h1>One</h1><br>", "`</main>` ends `<br>`"),
        ("<p>None</p>", "0 first headings"),
        ("<h1>One</h1><h3>Three</h3>", "`<h3>` follows `<h1>`"),
        ("<h1>One</h1><input name=\"a\"/>", "a field without a label: `a`"),
        ("<h1>One</h1><p id=\"a\"></p><p id=\"a\"></p>", "the id `a` twice"),
        ("<h1>One</h1><a href=\"#gone\">x</a>", "nothing has the id `gone`"),
        ("<h1>One</h1><p style=\"color:red\">x</p>", "the attribute `style`"),
        ("<h1>One</h1><p onclick=\"x()\">x</p>", "the attribute `onclick`"),
        ("<h1>One</h1><script>x()</script>", "a script in the page"),
        ("<h1>One</h1><a href=\"/\"></a>", "nothing to be read in `<a>`"),
        ("<h1>One</h1><img src=\"/a.png\"/>", "a picture without words"),
        ("<h1>One</h1><form method=\"post\" action=\"/a\"></form>", "a form without its session"),
    ] {
        let found = check(&page(body));
        assert!(found.iter().any(|it| it.contains(complaint)), "{body}: {found:#?}");
    }
}

/// What differs from page to page: the frame is in one of them whole.
fn body(page: &str) -> &str {
    let start = page.find("<main").unwrap_or_default();
    page.get(start..).unwrap_or(page).trim_end_matches("</div>\n</body>\n</html>")
}
