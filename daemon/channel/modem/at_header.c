/* at_header.c - things of two lines: the header of a message, and its PDU. */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "at_room.h"

#include "banned.h"

static bool is_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return n > 0;
}

void at_header_done(struct at *at, const char *pdu)
{
	char hex[LINE_MAX_BYTES + 1], name[AT_NAME_MAX];
	struct at_event e = at_blank(
		at->header.own ? AT_REPLY : AT_URC, at->header.line, strlen(at->header.line));
	struct at_fields fields;
	const char *rest = at_name(at->header.line, name);
	size_t n = 0;

	assert(rest != NULL);
	at->header.waits = false;
	at_fields(rest, &fields);
	at_parse(name, rest, &fields, &e.shape, &e.v);
	e.name = name;
	e.fields = &fields;
	if (pdu != NULL) {
		for (; n < LINE_MAX_BYTES && pdu[n] != '\0'; n++)
			hex[n] = (char)toupper((unsigned char)pdu[n]);
		hex[n] = '\0';
		e.v.message.pdu = hex;
	}
	at_emit(at, &e);
}

void at_header_lost(struct at *at, const char *line, size_t len)
{
	struct at_event e = at_blank(AT_BAD, line, len);
	struct at_fields fields;
	char name[AT_NAME_MAX];
	const char *rest = at_name(at->header.line, name);

	at_fields(rest, &fields);
	at_parse(name, rest, &fields, &e.shape, &e.v);
	if (at->header.own && at_number(&fields, fields.n - 1) == 0) {
		at_header_done(at, NULL);
		return;
	}
	at->header.waits = false;
	e.name = name;
	at_emit(at, &e);
}

void at_header_over(struct at *at)
{
	static const char none[] = "no PDU";

	if (at->header.waits)
		at_header_lost(at, none, sizeof none - 1);
}

/* "+CMGL: 9,0,,22 0891...": header and PDU on one line. Cuts the header and returns the PDU. */
static char *inline_pdu(char *line)
{
	char *space = strrchr(line, ' ');

	if (space == NULL || space == line || !isdigit((unsigned char)space[-1]))
		return NULL;
	if (strlen(space + 1) < 10 || !is_hex(space + 1, strlen(space + 1)))
		return NULL;
	*space = '\0';
	return space + 1;
}

bool at_header_begins(struct at *at, const char *name, const char *line, bool own)
{
	struct at_fields fields;
	enum at_shape shape;
	union at_value v;
	char *pdu, rest_name[AT_NAME_MAX];
	const char *rest;

	at_header_over(at);
	snprintf(at->header.line, sizeof at->header.line, "%s", line);
	pdu = inline_pdu(at->header.line);
	rest = at_name(at->header.line, rest_name);
	at_fields(rest, &fields);
	if (!at_parse(name, rest, &fields, &shape, &v))
		return false;
	at->header.waits = true;
	at->header.own = own;
	if (pdu != NULL)
		at_header_done(at, pdu);
	return true;
}

bool at_header_takes(const struct at *at, const char *line, size_t len)
{
	enum { IDENTITY_MAX = 24 }; /* an ICCID is no PDU */

	if (!at->header.waits || len % 2 != 0 || !is_hex(line, len))
		return false;
	return !at->identity || at->state != AT_STATE_BUSY || len > IDENTITY_MAX;
}
