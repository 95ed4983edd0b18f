//! A commit's message: its subject, as git shows it.

const SUBJECT_CHARACTERS: usize = 1_000;

/// What Python's `str.isspace` takes for a space.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\x1c'..='\x1f').contains(&character)
}

/// Return the first paragraph on one line; at most 1,000 characters.
pub fn subject(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if !first.trim_matches(is_space).is_empty() && (rest.is_empty() || rest.starts_with('\n')) {
        return shortened(first.trim_end_matches(is_space));
    }
    let lines = text.split('\n').map(|it| it.trim_end_matches(is_space));
    let paragraph: Vec<&str> = lines
        .skip_while(|it| it.is_empty())
        .take_while(|it| !it.is_empty())
        .collect();
    shortened(&paragraph.join(" "))
}

fn shortened(text: &str) -> String {
    text.char_indices()
        .nth(SUBJECT_CHARACTERS)
        .map_or(text, |(end, _)| &text[..end])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::subject;

    #[test]
    fn the_first_paragraph_is_the_subject() {
        assert_eq!(subject("one \n\nbody"), "one");
        assert_eq!(subject("one\ntwo\n\nbody"), "one two");
        assert_eq!(subject("\n \nlate\n"), "late");
        assert_eq!(subject(""), "");
        assert_eq!(subject(&"é".repeat(1_001)), "é".repeat(1_000));
    }
}
