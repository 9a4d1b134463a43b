//! Enough of an XML parser to reject what is not well formed.

/// A tag with its attributes, and the text right inside it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.attribute(name)
            .parse()
            .unwrap_or_else(|_| panic!("{name} of {self:?} is no number"))
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").split(' ').any(|one| one == class)
    }

    /// This element and all below it, in document order.
    pub(crate) fn all(&self) -> Vec<&Element> {
        let mut all = vec![self];
        all.extend(self.children.iter().flat_map(Element::all));
        all
    }
}

/// The root element.
///
/// # Panics
/// When the document is not well formed.
pub(crate) fn parse(document: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut rest = document;
    while !rest.is_empty() {
        let start = rest.find('<').unwrap_or(rest.len());
        open.last_mut()
            .unwrap()
            .text
            .push_str(&unescaped(&rest[..start]));
        rest = &rest[start..];
        if rest.is_empty() {
            break;
        }
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name, "closed by another name");
            open.last_mut()
                .expect("something was open")
                .children
                .push(element);
            continue;
        }
        let (tag, is_empty) = tag
            .strip_suffix('/')
            .map_or((tag, false), |tag| (tag, true));
        let element = opened(tag);
        if is_empty {
            open.last_mut().unwrap().children.push(element);
        } else {
            open.push(element);
        }
    }
    assert_eq!(open.len(), 1, "{} is not closed", open.last().unwrap().name);
    let mut top = open.remove(0);
    assert!(top.text.trim().is_empty(), "text outside");
    assert_eq!(top.children.len(), 1, "one root");
    top.children.remove(0)
}

fn opened(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()),
        "tag name {name:?}"
    );
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        let (key, after) = rest
            .trim_start()
            .split_once("=\"")
            .expect("an attribute has a value");
        let (value, after) = after.split_once('"').expect("a value ends");
        assert!(
            after.is_empty() || after.starts_with(' '),
            "no space after {key}"
        );
        assert!(!value.contains('<'), "markup in {key}");
        attributes.push((key.to_owned(), unescaped(value)));
        rest = after;
    }
    Element {
        name: name.to_owned(),
        attributes,
        ..Element::default()
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap());
    for part in parts {
        let (entity, after) = part.split_once(';').expect("an entity ends");
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            other => panic!("unknown entity {other:?}"),
        });
        out.push_str(after);
    }
    let allowed = |letter: char| !letter.is_control() || letter == '\n' || letter == '\t';
    assert!(out.chars().all(allowed), "a control character");
    out
}
