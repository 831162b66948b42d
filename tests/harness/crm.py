"""What CRMs do with an export, in small: Salesforce formulas (CASE, IF, AND, OR, ISBLANK, + - and comparisons), rules of HubSpot and
Zoho. A lead is a dict of field name to text, float or None (blank)."""
import re

TOKEN = re.compile(r'\s*(?:(/\*.*?\*/)|("(?:[^"\\]|\\.)*")|(\d+(?:\.\d*)?|\.\d+)|(>=|<=|<>|[-+=<>(),])|([A-Za-z_]\w*))', re.S)


def tokens(text):
    at, found = 0, []
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError(f"no formula at: {text[at:at + 40]!r}")
        at = match.end()
        comment, string, number, mark, name = match.groups()
        if comment:
            continue
        found.append(("text", re.sub(r"\\(.)", r"\1", string[1:-1], flags=re.S)) if string else ("number", float(number)) if number
                     else ("mark", mark) if mark else ("name", name))
    return found


class Formula:
    """A Salesforce formula with "treat blank fields as blanks"."""

    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0
        self.tree = self.comparison()
        if self.at != len(self.tokens):
            raise ValueError(f"left over: {self.tokens[self.at:self.at + 5]}")

    def take(self, mark=None):
        kind, value = self.tokens[self.at]
        if mark and (kind, value) != ("mark", mark):
            raise ValueError(f"{value!r} where {mark!r} should be")
        self.at += 1
        return kind, value

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] == "mark" else None

    def comparison(self):
        left = self.sum()
        while self.peek() in (">=", "<=", "<", ">", "=", "<>"):
            left = ("compare", self.take()[1], left, self.sum())
        return left

    def sum(self):
        left = self.atom()
        while self.peek() in ("+", "-"):
            left = ("add" if self.take()[1] == "+" else "subtract", left, self.atom())
        return left

    def atom(self):
        if self.peek() == "-":
            self.take()
            return ("subtract", ("value", 0.0), self.atom())
        if self.peek() == "(":
            self.take()
            inner = self.comparison()
            self.take(")")
            return inner
        kind, value = self.take()
        if kind in ("text", "number"):
            return ("value", value)
        if kind != "name":
            raise ValueError(f"{value!r} is out of place")
        if self.peek() != "(":
            return ("value", value == "TRUE") if value in ("TRUE", "FALSE") else ("field", value)
        self.take("(")
        arguments = []
        while self.peek() != ")":
            arguments.append(self.comparison())
            if self.peek() == ",":
                self.take()
        self.take(")")
        return ("call", value, arguments)

    def value(self, lead, node=None):
        node = node or self.tree
        if node[0] == "value":
            return node[1]
        if node[0] == "field":
            return lead[node[1]]
        if node[0] == "add":
            return self.value(lead, node[1]) + self.value(lead, node[2])
        if node[0] == "subtract":
            return self.value(lead, node[1]) - self.value(lead, node[2])
        if node[0] == "compare":
            return self.compare(node[1], self.value(lead, node[2]), self.value(lead, node[3]))
        return self.call(lead, node[1], node[2])

    @staticmethod
    def compare(how, a, b):
        if a is None or b is None:
            return how == "=" and (a or "") == (b or "")
        return {">=": a >= b, "<=": a <= b, "<": a < b, ">": a > b, "=": a == b, "<>": a != b}[how]

    def call(self, lead, name, arguments):
        if name == "IF":
            return self.value(lead, arguments[1 if self.value(lead, arguments[0]) else 2])
        if name == "AND":
            return all(self.value(lead, a) for a in arguments)
        if name == "OR":
            return any(self.value(lead, a) for a in arguments)
        if name == "ISBLANK":
            return self.value(lead, arguments[0]) in (None, "")
        if name != "CASE":
            raise ValueError(f"no function {name}")
        first = self.value(lead, arguments[0])
        for k in range(1, len(arguments) - 1, 2):
            if self.compare("=", first, self.value(lead, arguments[k])):
                return self.value(lead, arguments[k + 1])
        return self.value(lead, arguments[-1])


def salesforce_fields(text):
    """Name of each field in an export, with its formula, in order."""
    parts = re.split(r"/\* (Leadfit_\w+):[^\n]*\*/\n", text)
    return list(zip(parts[1::2], parts[2::2]))


def salesforce_score(fields, lead):
    lead = dict(lead)
    for name, formula in fields:
        lead[name] = formula.value(lead)
    return lead


def same(a, b):
    return a.lower() == b.lower() if isinstance(a, str) and isinstance(b, str) else a == b


def hubspot_holds(filters, lead):
    for item in filters:
        value, operation = lead[item["property"]], item["operation"]
        operator = operation["operator"]
        listed = operation.get("values", [operation.get("value")])
        hit = value is not None and any(same(value, v) for v in listed)
        holds = {"IS_UNKNOWN": value is None, "IS_KNOWN": value is not None, "IS_ANY_OF": hit, "IS_EQUAL_TO": hit,
                 "IS_NONE_OF": value is not None and not hit, "IS_NOT_EQUAL_TO": value is not None and not hit,
                 "IS_GREATER_THAN_OR_EQUAL_TO": isinstance(value, float) and value >= (operation.get("value") or 0),
                 "IS_LESS_THAN": isinstance(value, float) and value < (operation.get("value") or 0)}[operator]
        if not holds:
            return False
    return True


def hubspot_score(tree, lead):
    score = 0
    for group in tree["groupConfigs"]:
        for rule in group["ruleConfigurations"]:
            branches = rule["configuration"]["filterBranch"]["filterBranches"]
            if any(hubspot_holds(b["filters"], lead) for b in branches):
                score += rule["configuration"]["calculation"]["value"]
    return score


def zoho_holds(item, lead):
    if "group" in item:
        parts = [zoho_holds(part, lead) for part in item["group"]]
        return any(parts) if item["group_operator"] == "or" else all(parts)
    value, wanted, how = lead[item["field"]["api_name"]], item["value"], item["comparator"]
    if wanted == "${EMPTY}":
        return (value is None) == (how == "equal")
    listed = wanted if isinstance(wanted, list) else [wanted]
    hit = value is not None and any(same(value, v) for v in listed)
    if how in ("equal", "not_equal"):
        return value is not None and hit == (how == "equal")
    return isinstance(value, float) and (value >= wanted if how == "greater_equal" else value < wanted)


def zoho_score(tree, lead):
    return sum(rule["score"] for rule in tree["scoring_rules"][0]["field_rules"] if zoho_holds(rule["criteria"], lead))
