/* explain_at.c - how quanzu reads what a modem says. */
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "at.h"
#include "buf.h"
#include "explain_talk.h"
#include "json.h"
#include "text.h"

#include "banned.h"

enum { RX_MAX = 1000000 };

/* Where the events of the piece that is fed go. */
struct play {
	struct at at;
	struct talk talk;
	json_t *events;
	const json_t *cuts; /* sizes of the pieces, taken in turn; NULL: all at once */
};

static void put_number(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, n == AT_NONE ? json_null() : json_integer(n));
}

static void put_number_if(json_t *o, const char *key, int64_t n)
{
	if (n != AT_NONE)
		json_put_int(o, key, n);
}

static void put_text_or_null(json_t *o, const char *key, const char *s)
{
	json_put_str(o, key, *s == '\0' ? NULL : s);
}

/* One byte is one character, U+0000 to U+00FF. */
static json_t *bytes_json(const char *s, size_t n)
{
	struct buf b;
	json_t *value;
	char c[4];

	buf_init(&b, 4 * RX_MAX);
	for (size_t i = 0; i < n; i++)
		buf_add(&b, c, text_put((unsigned char)s[i], c));
	value = json_stringn(buf_str(&b), b.len);
	buf_free(&b);
	return value;
}

static bool json_bytes(const json_t *s, struct buf *out)
{
	const char *at = json_string_value(s), *end = at + json_string_length(s);

	while (at < end) {
		uint32_t c = text_next(&at, end);

		if (c > 0xFF || !buf_addc(out, (char)c))
			return false;
	}
	return true;
}

static json_t *fields_json(const struct at_fields *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		json_array_append_new(list, bytes_json(f->f[i].s, f->f[i].len));
	return list;
}

static void put_groups(json_t *o, const struct at_fields *f)
{
	json_t *groups = json_array();
	struct at_fields inside;
	bool some = false;

	for (size_t i = 0; i < f->n; i++) {
		if (at_group(&f->f[i], &inside)) {
			json_array_append_new(groups, fields_json(&inside));
			some = true;
		} else {
			json_array_append_new(
				groups, json_pack("[o]", bytes_json(f->f[i].s, f->f[i].len)));
		}
	}
	if (some)
		json_object_set(o, "groups", groups);
	json_decref(groups);
}

static void put_values(json_t *o, const struct at_event *e)
{
	json_object_set_new(o, "values", fields_json(e->fields));
	put_groups(o, e->fields);
}

static void put_registration(json_t *o, const struct at_event *e)
{
	const struct at_registration *r = &e->v.registration;

	put_number(o, "n", r->n);
	put_number(o, "stat", r->stat);
	json_object_set_new(o, "registered", json_boolean(r->registered));
	json_object_set_new(o, "roaming", json_boolean(r->roaming));
	put_number_if(o, "lac", r->lac);
	put_number_if(o, "ci", r->ci);
	put_number_if(o, "act", r->act);
}

static void put_signal(json_t *o, const struct at_event *e)
{
	put_number(o, "rssi", e->v.signal.rssi);
	put_number(o, "dbm", e->v.signal.dbm);
	put_number(o, "ber", e->v.signal.ber);
}

static void put_stores(json_t *o, const struct at_event *e)
{
	const struct at_stores *s = &e->v.stores;
	json_t *mems = json_array(), *used = json_array(), *total = json_array();

	for (size_t i = 0; i < s->n; i++) {
		json_array_append_new(mems,
			json_pack("[sii]", s->store[i].name, s->store[i].used, s->store[i].total));
		json_array_append_new(used, json_integer(s->store[i].used));
		json_array_append_new(total, json_integer(s->store[i].total));
	}
	if (s->form == AT_STORES_GROUPS)
		put_groups(o, e->fields);
	if (s->form == AT_STORES_NAMED)
		json_object_set(o, "mems", mems);
	if (s->form == AT_STORES_COUNTED) {
		json_object_set(o, "used", used);
		json_object_set(o, "total", total);
	}
	json_decref(mems);
	json_decref(used);
	json_decref(total);
}

static void put_message(json_t *o, const struct at_event *e)
{
	put_number_if(o, "index", e->v.message.index);
	put_number_if(o, "stat", e->v.message.stat);
	put_number(o, "len", e->v.message.len);
	if (e->v.message.pdu != NULL)
		json_put_str(o, "pdu", e->v.message.pdu);
}

static void put_place(json_t *o, const struct at_event *e)
{
	json_put_str(o, "mem", e->v.place.store);
	json_put_int(o, "index", e->v.place.index);
}

static void put_reference(json_t *o, const struct at_event *e)
{
	json_put_int(o, "ref", e->v.reference);
}

static void put_call_entry(json_t *o, const struct at_event *e)
{
	const struct at_call_entry *c = &e->v.call;

	json_put_int(o, "id", c->id);
	json_put_str(o, "dir", c->incoming ? "mt" : "mo");
	json_put_str(o, "state", at_call_state_name(c->state));
	json_object_set_new(o, "voice", json_boolean(c->voice));
	put_text_or_null(o, "number", c->number);
	put_number(o, "toa", c->toa);
}

static void put_party(json_t *o, const struct at_event *e)
{
	put_text_or_null(o, "number", e->v.party.number);
	put_number(o, "toa", e->v.party.toa);
	put_number_if(o, "validity", e->v.party.validity);
}

static void put_ussd(json_t *o, const struct at_event *e)
{
	put_number(o, "m", e->v.ussd.m);
	json_object_set_new(o, "text",
		e->v.ussd.text == NULL ? json_null() : bytes_json(e->v.ussd.text, e->v.ussd.len));
	put_number(o, "dcs", e->v.ussd.dcs);
}

static void put_sim(json_t *o, const struct at_event *e)
{
	json_put_str(o, "state", e->v.sim);
}

static void put_operator(json_t *o, const struct at_event *e)
{
	put_number(o, "mode", e->v.operator_.mode);
	put_number_if(o, "format", e->v.operator_.format);
	put_text_or_null(o, "operator", e->v.operator_.name);
	put_number_if(o, "act", e->v.operator_.act);
}

static void put_places(json_t *o, const struct at_event *e)
{
	put_number(o, "first", e->v.places.first);
	put_number(o, "last", e->v.places.last);
	json_put_int(o, "count", e->v.places.count);
}

static void (*const put_shape[])(json_t *o, const struct at_event *e) = {
	[AT_VALUES] = put_values,
	[AT_REGISTRATION] = put_registration,
	[AT_SIGNAL] = put_signal,
	[AT_STORES] = put_stores,
	[AT_MESSAGE] = put_message,
	[AT_PLACE] = put_place,
	[AT_REFERENCE] = put_reference,
	[AT_CALL_ENTRY] = put_call_entry,
	[AT_CALLER] = put_party,
	[AT_SUBSCRIBER] = put_party,
	[AT_USSD] = put_ussd,
	[AT_SIM] = put_sim,
	[AT_OPERATOR] = put_operator,
	[AT_PLACES] = put_places,
};

static void put_final(json_t *o, const struct at_event *e)
{
	json_put_str(o, "result", at_result_name(e->result));
	put_number_if(o, "code", e->code);
	if (e->words != NULL)
		json_put_str(o, "text", e->words);
}

static void put_text(json_t *o, const struct at_event *e)
{
	json_object_set_new(o, "text", bytes_json(e->line, e->len));
}

static void put_named(json_t *o, const struct at_event *e)
{
	json_put_str(o, "name", e->name);
	put_number_if(o, "code", e->code);
	if (e->fields != NULL)
		put_shape[e->shape](o, e);
}

static void put_call(json_t *o, const struct at_event *e)
{
	json_put_str(o, "state", at_call_state_name(e->call));
	put_number(o, "id", e->id);
	if (e->why != NULL)
		json_put_str(o, "why", e->why);
	put_number_if(o, "duration", e->duration);
	put_number(o, "cause", e->cause);
	put_number_if(o, "end_status", e->end_status);
	if (e->number[0] != '\0')
		json_put_str(o, "number", e->number);
}

static void put_key(json_t *o, const struct at_event *e)
{
	const char digit[2] = { e->key, '\0' };

	json_put_str(o, "digit", digit);
	put_number_if(o, "ms", e->ms);
}

static void put_speech(json_t *o, const struct at_event *e)
{
	json_put_str(o, "name", e->name);
	json_object_set_new(o, "end", json_boolean(e->end));
	put_number_if(o, "code", e->code);
}

static void put_ready(json_t *o, const struct at_event *e)
{
	json_put_str(o, "what", at_part_name(e->part));
}

static void put_nothing(json_t *o, const struct at_event *e)
{
	(void)o;
	(void)e;
}

static void put_bad(json_t *o, const struct at_event *e)
{
	json_put_str(o, "name", e->name);
	json_object_set_new(o, "line", bytes_json(e->line, e->len));
}

static void put_line(json_t *o, const struct at_event *e)
{
	json_object_set_new(o, "line", bytes_json(e->line, e->len));
}

static const struct {
	const char *word;
	void (*put)(json_t *o, const struct at_event *e);
} kinds[] = {
	[AT_FINAL] = { "final", put_final },
	[AT_PROMPT] = { "prompt", put_nothing },
	[AT_REPLY] = { "reply", put_named },
	[AT_TEXT] = { "text", put_text },
	[AT_URC] = { "urc", put_named },
	[AT_CALL] = { "call", put_call },
	[AT_KEY] = { "dtmf", put_key },
	[AT_SPEECH] = { "speech", put_speech },
	[AT_READY] = { "ready", put_ready },
	[AT_DOWN] = { "down", put_nothing },
	[AT_BAD] = { "bad", put_bad },
	[AT_IGNORED] = { "ignored", put_line },
};

static void nowhere(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
}

static void on_event(void *arg, const struct at_event *e)
{
	struct play *p = arg;
	json_t *o = json_object();

	json_put_str(o, "t", kinds[e->kind].word);
	kinds[e->kind].put(o, e);
	json_array_append_new(p->events, o);
	talk_event(&p->talk, e);
	if (e->kind == AT_PROMPT && p->at.data[0] != '\0')
		p->at.data_written = true; /* `sent` of a line stands for our writing it now */
}

static bool wants_data(const char *command)
{
	static const char *const begins[] = {
		"AT+CMGS=", "AT+CMGW=", "AT+QFUPL=", "AT+CFTRANRX=", "AT+FSWRITE="
	};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (strncmp(command, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static bool start(struct play *p, const char *command)
{
	if (p->at.state != AT_STATE_IDLE)
		at_abort(&p->at);
	return command != NULL && at_start(&p->at, command, wants_data(command));
}

/* The PDU that the talk writes at the prompt, without Ctrl-Z: only for the echo. */
static void note_data(struct play *p, const char *hex)
{
	snprintf(p->at.data, sizeof p->at.data, "%.*s", (int)strcspn(hex, "\x1a"), hex);
}

static size_t piece(const json_t *cuts, size_t turn)
{
	size_t n = json_array_size(cuts);
	json_int_t size = n == 0 ? 0 : json_integer_value(json_array_get(cuts, turn % n));

	return size > 0 ? (size_t)size : RX_MAX;
}

static bool feed(struct play *p, const json_t *rx)
{
	struct buf bytes;
	size_t n, turn = 0;
	bool ok;

	buf_init(&bytes, RX_MAX);
	ok = json_is_string(rx) && json_bytes(rx, &bytes);
	for (size_t i = 0; ok && i < bytes.len; i += n) {
		n = piece(p->cuts, turn++);
		if (n > bytes.len - i)
			n = bytes.len - i;
		at_feed(&p->at, bytes.data + i, n);
	}
	at_quiet(&p->at);
	buf_free(&bytes);
	return ok;
}

static const char *explain_stream(struct play *p, const json_t *line, json_t *out)
{
	const char *cmd = json_str(line, "cmd"), *sent = json_str(line, "sent");

	if (cmd != NULL && !start(p, cmd))
		return "cmd 不是一条 AT 命令";
	if (sent != NULL)
		note_data(p, sent);
	p->events = json_array();
	if (!feed(p, json_object_get(line, "rx")))
		return "缺少 rx（模块发来的字符），或者含有不是单字节的字符";
	json_object_set(out, "expect", p->events);
	return NULL;
}

static const char *step_send(struct play *p, const json_t *what)
{
	const char *command = json_string_value(what);

	if (!start(p, command))
		return "send 不是一条 AT 命令";
	talk_sent(&p->talk, command);
	return NULL;
}

static const char *step_data(struct play *p, const json_t *what)
{
	const char *data = json_string_value(what);

	if (data == NULL)
		return "data 不是文字";
	if (data[0] == '\x1b') {
		at_escape(&p->at);
		return NULL;
	}
	note_data(p, data);
	if (!at_data(&p->at, p->at.data))
		return "没有等待数据的命令，或者数据不是十六进制";
	talk_data(&p->talk, p->at.data);
	return NULL;
}

static const char *step_recv(struct play *p, const json_t *what)
{
	return feed(p, what) ? NULL : "recv 含有不是单字节的字符";
}

static const char *step_quiet(struct play *p, const json_t *what)
{
	(void)what;
	if (p->at.state == AT_STATE_BUSY)
		at_silence(&p->at);
	if (p->at.state == AT_STATE_RESYNC)
		talk_silence(&p->talk);
	return NULL;
}

static const char *step_probe(struct play *p, const json_t *what)
{
	if (p->at.state != AT_STATE_RESYNC)
		at_silence(&p->at);
	if (!json_is_string(what) || !at_probe(&p->at, json_string_value(what)))
		return "probe 不是有名字的 AT 命令，或者探询已超过三次";
	talk_probe(&p->talk);
	return NULL;
}

static const struct {
	const char *word;
	const char *(*play)(struct play *p, const json_t *what);
} steps[] = {
	{ "send", step_send },
	{ "data", step_data },
	{ "recv", step_recv },
	{ "quiet", step_quiet },
	{ "probe", step_probe },
};

static const char *play_step(struct play *p, const json_t *step, json_t *done)
{
	const char *word = json_string_value(json_array_get(step, 0)), *lack = "没有这种步骤";
	json_t *what = json_array_get(step, 1), *copy = json_array();

	p->events = json_array();
	for (size_t i = 0; word != NULL && i < sizeof steps / sizeof *steps; i++)
		if (strcmp(word, steps[i].word) == 0)
			lack = steps[i].play(p, what);
	json_array_append(copy, json_array_get(step, 0));
	json_array_append(copy, what);
	if (word != NULL && strcmp(word, "recv") == 0)
		json_array_append(copy, p->events);
	json_array_append_new(done, copy);
	json_decref(p->events);
	p->events = NULL;
	return lack;
}

static const char *explain_dialogue(struct play *p, const json_t *line, json_t *out)
{
	const json_t *list = json_object_get(line, "steps"), *step;
	json_t *done = json_array();
	const char *lack = NULL;
	char result[32];
	size_t i;

	json_array_foreach(list, i, step) {
		const char *text = json_string_value(json_array_get(step, 1));

		p->talk.speaks |= text != NULL && talk_is_speech(text);
	}
	json_array_foreach(list, i, step) {
		if (lack == NULL)
			lack = play_step(p, step, done);
	}
	talk_result(&p->talk, result);
	json_object_set_new(out, "steps", done);
	json_put_str(out, "result", result);
	return lack;
}

json_t *explain_at(const json_t *line)
{
	json_t *out = json_object(), *id = json_object_get(line, "id");
	struct play *p = calloc(1, sizeof *p);
	const char *lack;

	if (p == NULL)
		abort();
	at_init(&p->at, nowhere, on_event, p);
	talk_init(&p->talk);
	p->cuts = json_object_get(line, "cuts");
	if (id != NULL)
		json_object_set(out, "id", id);
	if (json_object_get(line, "steps") != NULL)
		lack = explain_dialogue(p, line, out);
	else
		lack = explain_stream(p, line, out);
	if (lack != NULL)
		json_put_str(out, "error", lack);
	json_decref(p->events);
	free(p);
	return out;
}
