/* atparse.c - the fields of one named line. */
#include "atparse.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

static struct at_field trimmed(const char *s, const char *end)
{
	struct at_field f = { .s = s };

	while (s < end && *s == ' ')
		s++;
	while (end > s && end[-1] == ' ')
		end--;
	if (s < end && *s == '"') {
		f.quoted = true;
		s++;
		if (end > s && end[-1] == '"')
			end--;
	}
	f.s = s;
	f.len = (size_t)(end - s);
	return f;
}

static void split(const char *s, const char *end, struct at_fields *out)
{
	const char *from = s;
	int depth = 0;
	bool quoted = false, even = true;

	for (const char *c = s; c < end; c++)
		even ^= *c == '"';
	out->n = 0;
	for (;; s++) {
		if (s < end && *s == '"' && even)
			quoted = !quoted; /* an odd number of quotes: they mean nothing */
		if (s < end && !quoted)
			depth += (*s == '(') - (*s == ')' && depth > 0);
		if (s < end && (*s != ',' || quoted || depth > 0))
			continue;
		if (out->n < AT_FIELDS_MAX)
			out->f[out->n++] = trimmed(from, s);
		from = s + 1;
		if (s >= end)
			return;
	}
}

void at_fields(const char *rest, struct at_fields *out)
{
	split(rest, rest + strlen(rest), out);
}

bool at_group(const struct at_field *field, struct at_fields *out)
{
	if (field->quoted || field->len < 2 || field->s[0] != '(' ||
		field->s[field->len - 1] != ')')
		return false;
	split(field->s + 1, field->s + field->len - 1, out);
	return true;
}

/* Digits of base 10 or 16; AT_NONE when another character, nothing, or too many. */
static int64_t value_of(const struct at_field *f, int base, size_t max)
{
	char text[17];
	char *end;
	int64_t v;

	if (f->len == 0 || f->len > max || f->len >= sizeof text)
		return AT_NONE;
	memcpy(text, f->s, f->len);
	text[f->len] = '\0';
	if (strspn(text, base == 10 ? "-0123456789" : "0123456789abcdefABCDEF") != f->len)
		return AT_NONE;
	v = strtoll(text, &end, base);
	return *end == '\0' ? v : AT_NONE;
}

int at_number(const struct at_fields *f, size_t i)
{
	return i < f->n ? (int)value_of(&f->f[i], 10, 9) : AT_NONE;
}

static int64_t at_hex(const struct at_fields *f, size_t i)
{
	return i < f->n ? value_of(&f->f[i], 16, 15) : AT_NONE;
}

bool at_copy(const struct at_fields *f, size_t i, char *out, size_t max)
{
	out[0] = '\0';
	if (i >= f->n || f->f[i].len == 0 || f->f[i].len >= max)
		return false;
	memcpy(out, f->f[i].s, f->f[i].len);
	out[f->f[i].len] = '\0';
	return true;
}

const char *at_call_state_name(enum at_call_state s)
{
	static const char *const names[] = { "active", "held", "dialing", "alerting", "incoming",
		"waiting", "ended", "unknown" };

	return names[s];
}

bool at_registration_unasked(const struct at_fields *f)
{
	return f->n < 2 || f->f[1].quoted || f->f[1].len > 3 || at_number(f, 1) == AT_NONE;
}

static bool parse_registration(const char *rest, const struct at_fields *f, union at_value *out)
{
	struct at_registration *r = &out->registration;
	size_t i = at_registration_unasked(f) ? 0 : 1;
	int act;

	(void)rest;
	*r = (struct at_registration){ .n = i == 0 ? AT_NONE : at_number(f, 0),
		.stat = at_number(f, i),
		.lac = at_hex(f, i + 1),
		.act = AT_NONE };
	if (r->stat == AT_NONE || r->stat < 0)
		return false;
	i += 2;
	if (i + 1 < f->n && f->f[i].len == 2 && f->f[i + 1].len > 2)
		i++; /* some put an 8-bit area code between */
	r->ci = at_hex(f, i);
	act = i + 1 < f->n && !f->f[i + 1].quoted ? at_number(f, i + 1) : AT_NONE;
	r->act = act >= 0 && act < 100 ? act : AT_NONE;
	r->registered =
		r->stat == 1 || (r->stat >= 5 && r->stat <= 7) || r->stat == 9 || r->stat == 10;
	r->roaming = r->stat == 5 || r->stat == 7 || r->stat == 10;
	return true;
}

static bool parse_signal(const char *rest, const struct at_fields *f, union at_value *out)
{
	struct at_signal *s = &out->signal;
	int n = at_number(f, 0), ber = at_number(f, 1);

	(void)rest;
	if (n == AT_NONE || n < 0)
		return false;
	s->rssi = n == 99 || n == 199 ? AT_NONE : n;
	s->dbm = n <= 31 ? 2 * n - 113 : AT_NONE;
	s->ber = ber == 99 ? AT_NONE : ber;
	return true;
}

static bool parse_stores(const char *rest, const struct at_fields *f, union at_value *out)
{
	struct at_stores *s = &out->stores;
	size_t width = at_number(f, 0) == AT_NONE ? 3 : 2;

	*s = (struct at_stores){ .form = width == 3 ? AT_STORES_NAMED : AT_STORES_COUNTED };
	if (strchr(rest, '(') != NULL) {
		s->form = AT_STORES_GROUPS;
		return true;
	}
	for (size_t i = 0; i + width <= f->n && s->n < 3; i += width) {
		struct at_store *at = &s->store[s->n];

		if (width == 3 && !at_copy(f, i, at->name, sizeof at->name))
			break;
		at->used = at_number(f, i + width - 2);
		at->total = at_number(f, i + width - 1);
		if (at->used < 0 || at->total < 0)
			break;
		s->n++;
	}
	return s->n > 0;
}

static bool parse_message(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	out->message = (struct at_message){ .index = AT_NONE, .stat = AT_NONE };
	out->message.len = at_number(f, f->n - 1);
	return true; /* the length is advice: the PDU is believed */
}

static bool parse_read(const char *rest, const struct at_fields *f, union at_value *out)
{
	parse_message(rest, f, out);
	out->message.stat = at_number(f, 0);
	return f->n >= 2 && out->message.stat >= 0;
}

static bool parse_listed(const char *rest, const struct at_fields *f, union at_value *out)
{
	parse_message(rest, f, out);
	out->message.index = at_number(f, 0);
	out->message.stat = at_number(f, 1);
	return f->n >= 3 && out->message.index >= 0 && out->message.stat >= 0;
}

static bool parse_place(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	out->place.index = at_number(f, 1);
	return at_copy(f, 0, out->place.store, sizeof out->place.store) && out->place.index >= 0;
}

static bool parse_reference(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	out->reference = at_number(f, 0);
	return out->reference >= 0 && out->reference <= 255;
}

static bool parse_call_entry(const char *rest, const struct at_fields *f, union at_value *out)
{
	struct at_call_entry *c = &out->call;
	int dir = at_number(f, 1), state = at_number(f, 2), mode = at_number(f, 3);

	(void)rest;
	*c = (struct at_call_entry){ .id = at_number(f, 0),
		.incoming = dir == 1,
		.voice = mode == 0,
		.toa = at_number(f, 6) };
	c->state = state >= AT_CALL_ACTIVE && state <= AT_CALL_ENDED ? (enum at_call_state)state
								     : AT_CALL_UNKNOWN;
	at_copy(f, 5, c->number, sizeof c->number);
	return c->id >= 0 && (dir == 0 || dir == 1) && state != AT_NONE;
}

/* Strings come as UCS-2 in hex while AT+CSCS="UCS2"; only characters of a number are believed. */
static void unhex_number(char number[AT_NUMBER_MAX])
{
	size_t n = strlen(number), used = 0;
	char plain[AT_NUMBER_MAX];

	if (n < 8 || n % 4 != 0)
		return;
	for (size_t i = 0; i < n; i += 4) {
		struct at_field unit = { .s = number + i, .len = 4 };
		int64_t c = value_of(&unit, 16, 4);

		if (c <= 0 || c > 0x7F || strchr("+0123456789*#", (int)c) == NULL)
			return;
		plain[used++] = (char)c;
	}
	memcpy(number, plain, used);
	number[used] = '\0';
}

static bool parse_party(const struct at_fields *f, size_t i, union at_value *out)
{
	at_copy(f, i, out->party.number, sizeof out->party.number);
	unhex_number(out->party.number);
	out->party.toa = at_number(f, i + 1);
	out->party.validity = AT_NONE;
	return true;
}

static bool parse_caller(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	parse_party(f, 0, out);
	out->party.validity = at_number(f, 5);
	return true;
}

static bool parse_centre(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	return parse_party(f, 0, out);
}

static bool parse_own(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	return f->n >= 2 && parse_party(f, 1, out);
}

static bool parse_ussd(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	out->ussd.m = at_number(f, 0);
	out->ussd.dcs = at_number(f, 2);
	out->ussd.text = f->n > 1 ? f->f[1].s : NULL;
	out->ussd.len = f->n > 1 ? f->f[1].len : 0;
	return out->ussd.m != AT_NONE;
}

static bool parse_sim(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)f;
	out->sim = rest;
	return *rest != '\0';
}

static bool parse_operator(const char *rest, const struct at_fields *f, union at_value *out)
{
	(void)rest;
	out->operator_.mode = at_number(f, 0);
	out->operator_.format = at_number(f, 1);
	out->operator_.act = at_number(f, 3);
	at_copy(f, 2, out->operator_.name, sizeof out->operator_.name);
	return true;
}

static bool parse_places(const char *rest, const struct at_fields *f, union at_value *out)
{
	struct at_fields places;

	(void)rest;
	out->places.first = out->places.last = AT_NONE;
	out->places.count = 0;
	if (!at_group(&f->f[0], &places))
		return false;
	for (size_t i = 0; i < places.n; i++) {
		const struct at_field *p = &places.f[i];
		const char *dash = memchr(p->s, '-', p->len);
		struct at_field low = { .s = p->s,
			.len = dash == NULL ? p->len : (size_t)(dash - p->s) };
		struct at_field high = low;
		int from, to;

		if (dash != NULL)
			high = (struct at_field){ .s = dash + 1,
				.len = (size_t)(p->s + p->len - dash - 1) };
		from = (int)value_of(&low, 10, 9);
		to = (int)value_of(&high, 10, 9);
		if (from < 0 || to < from)
			continue;
		out->places.first = out->places.count == 0 ? from : out->places.first;
		out->places.last = to;
		out->places.count += to - from + 1;
	}
	return true;
}

static const struct {
	const char *name;
	enum at_shape shape;
	bool (*parse)(const char *rest, const struct at_fields *f, union at_value *out);
} names[] = {
	{ "+CREG", AT_REGISTRATION, parse_registration },
	{ "+CEREG", AT_REGISTRATION, parse_registration },
	{ "+CGREG", AT_REGISTRATION, parse_registration },
	{ "+C5GREG", AT_REGISTRATION, parse_registration },
	{ "+CSQ", AT_SIGNAL, parse_signal },
	{ "+CPMS", AT_STORES, parse_stores },
	{ "+CMGL", AT_MESSAGE, parse_listed },
	{ "+CMGR", AT_MESSAGE, parse_read },
	{ "+CMT", AT_MESSAGE, parse_message },
	{ "+CDS", AT_MESSAGE, parse_message },
	{ "+CMTI", AT_PLACE, parse_place },
	{ "+CDSI", AT_PLACE, parse_place },
	{ "+CMGS", AT_REFERENCE, parse_reference },
	{ "+CLCC", AT_CALL_ENTRY, parse_call_entry },
	{ "+CLIP", AT_CALLER, parse_caller },
	{ "+CSCA", AT_SUBSCRIBER, parse_centre },
	{ "+CNUM", AT_SUBSCRIBER, parse_own },
	{ "+CUSD", AT_USSD, parse_ussd },
	{ "+CPIN", AT_SIM, parse_sim },
	{ "+COPS", AT_OPERATOR, parse_operator },
	{ "+CMGD", AT_PLACES, parse_places },
};

bool at_parse(const char *name, const char *rest, const struct at_fields *f, enum at_shape *shape,
	union at_value *out)
{
	*shape = AT_VALUES;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i].name) == 0) {
			*shape = names[i].shape;
			return names[i].parse(rest, f, out);
		}
	return true;
}

char at_key(const struct at_fields *f, size_t i)
{
	static const char keys[] = "0123456789#*ABCD";
	int code;

	if (i >= f->n)
		return 0;
	if (f->f[i].len == 1)
		return strchr(keys, f->f[i].s[0]) != NULL ? f->f[i].s[0] : 0;
	code = f->f[i].len == 2 ? at_number(f, i) : AT_NONE;
	return code > 0 && strchr(keys, code) != NULL ? (char)code : 0;
}
