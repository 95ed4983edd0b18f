//! Whether texts are canonical already, and what their objects hold.
use super::parse::{canonicalize_into, Scratch};

/// Looks at one text after the other, with memory kept from one to the next.
#[derive(Default)]
pub struct Form {
    written: Vec<u8>,
    scratch: Scratch,
}

impl Form {
    /// Return whether `text` is in canonical form.
    pub fn holds(&mut self, text: &[u8]) -> bool {
        self.written.clear();
        canonicalize_into(&mut self.written, text, &mut self.scratch).is_ok()
            && self.written == text
    }

    /// Return the outermost object's keys and values as they stand in `text`, in order.
    ///
    /// `text` is what [`Form::holds`] was last asked about and said yes to; an array, a string, a
    /// number and a word have no members. None where a key is written with an escape.
    #[must_use]
    pub fn members<'a, 't: 'a>(
        &'a self,
        text: &'t [u8],
    ) -> Option<impl Iterator<Item = (&'t [u8], &'t [u8])> + use<'a, 't>> {
        let members = &self.scratch.members;
        let is_plain = members.iter().all(|member| !member.is_escaped);
        is_plain.then(|| members.iter().map(|member| member.split(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Option<Vec<(String, String)>> {
        let owned = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let mut form = Form::default();
        assert!(form.holds(text.as_bytes()), "{text}");
        let found = form.members(text.as_bytes())?;
        Some(
            found
                .map(|(key, value)| (owned(key), owned(value)))
                .collect(),
        )
    }

    #[test]
    fn members_are_those_of_the_outermost_object_alone() {
        let found = members(r#"{"":[{"x":1}],"a":{"b":{"c":2}},"z":"}"}"#).expect("plain keys");
        let expected = [
            ("", r#"[{"x":1}]"#),
            ("a", r#"{"b":{"c":2}}"#),
            ("z", r#""}""#),
        ];
        assert_eq!(
            found,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for text in ["[{\"a\":1}]", "1", "\"a\"", "null", "{}", "[]"] {
            assert_eq!(members(text), Some(Vec::new()), "{text}");
        }
    }

    #[test]
    fn keys_with_escapes_are_not_told() {
        assert_eq!(members(r#"{"a\n":1}"#), None);
        assert!(members(r#"{"a":{"b\n":1}}"#).is_some());
    }

    #[test]
    fn another_spelling_does_not_hold() {
        for text in [
            "{ }",
            "{\"b\":1,\"a\":2}",
            "1.0",
            "\"\\u0061\"",
            "{\"a\":1,\"a\":1}",
            "",
        ] {
            assert!(!Form::default().holds(text.as_bytes()), "{text}");
        }
    }
}
