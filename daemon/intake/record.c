#include "record_new.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "jot.h"
#include "json.h"
#include "money.h"

#include "banned.h"

enum { ARENA_MAX = 8 << 20 };

/* The plain texts of a record and their names in JSON; both directions go through this table.
 * A new text field of struct warning_record is one line here. */
#define TEXT(key, member) \
	{ \
		key, offsetof(struct warning_record, member) \
	}
static const struct {
	const char *key;
	size_t at;
} texts[] = {
	TEXT("source", source),
	TEXT("channel_end", channel_end),
	TEXT("level_raw", level_raw),
	TEXT("fraud_type", fraud_type),
	TEXT("fraud_type_raw", fraud_raw),
	TEXT("name", name),
	TEXT("id_type", id_type),
	TEXT("id_no", id_no),
	TEXT("sex", sex),
	TEXT("birth", birth),
	TEXT("address", addr_live),
	TEXT("addr_reg", addr_reg),
	TEXT("village", village),
	TEXT("area", village_code),
	TEXT("grid_code", grid_code),
	TEXT("family_name", family_name),
	TEXT("family_phone", family_phone),
	TEXT("station", station),
	TEXT("officer", officer),
	TEXT("officer_phone", officer_phone),
	TEXT("employer", employer),
	TEXT("occupation", occupation),
	TEXT("remark", remark),
};
#define TIME(key, member) \
	{ \
		key, offsetof(struct warning_record, member) \
	}
static const struct {
	const char *key;
	size_t at;
} times[] = {
	TIME("warn_time", warn_time),
	TIME("issue_time", issue_time),
	TIME("call_time", call_time),
	TIME("deadline_ack", deadline_ack),
	TIME("deadline_meet", deadline_meet),
	TIME("deadline_feedback", deadline_feedback),
};
#define TX(key, member) \
	{ \
		key, offsetof(struct record_transfer, member) \
	}
static const struct {
	const char *key;
	size_t at;
} transfer_texts[] = {
	TX("out_account", out_account),
	TX("bank", bank),
	TX("in_account", in_account),
	TX("payee", payee),
	TX("in_bank", in_bank),
	TX("tx_no", tx_no),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char **text_at(void *base, size_t at)
{
	return (const char **)(void *)((char *)base + at);
}

static int64_t *time_at(void *base, size_t at)
{
	return (int64_t *)(void *)((char *)base + at);
}

static void put_texts(struct buf *out, const char *key, const char *const *list, int n)
{
	jot_open_list(out, key);
	for (int i = 0; i < n; i++)
		jot_item(out, list[i]);
	jot_close_list(out);
}

static void put_said(struct buf *out, const char *key, const char *text)
{
	if (text != NULL && *text != '\0')
		jot_str(out, key, text);
}

static void put_time(struct buf *out, const char *key, int64_t ms)
{
	char iso[CLOCK_ISO_MAX];

	if (ms != 0)
		jot_str(out, key, clock_iso(ms, iso));
}

/* Both in yuan, for people and for senders, and in fen, for reading back. */
static void put_money(struct buf *out, const char *key, const char *fen_key, int64_t fen)
{
	char text[MONEY_TEXT];

	if (fen < 0)
		return;
	jot_str(out, key, money_text(fen, text));
	jot_int(out, fen_key, fen);
}

static void put_transfer(struct buf *out, struct record_transfer t)
{
	jot_open(out, NULL);
	for (size_t i = 0; i < COUNT(transfer_texts); i++)
		put_said(out, transfer_texts[i].key, *text_at(&t, transfer_texts[i].at));
	put_money(out, "amount", "amount_fen", t.amount_fen);
	put_time(out, "tx_time", t.tx_time);
	jot_close(out);
}

static void put_numbers(struct buf *out, const struct warning_record *r)
{
	if (r->age >= 0)
		jot_int(out, "age", r->age);
	if (r->call_seconds >= 0)
		jot_int(out, "call_seconds", r->call_seconds);
	if (r->repeat_no > 0)
		jot_int(out, "repeat_no", r->repeat_no);
	put_money(out, "amount", "amount_fen", r->amount_fen);
	put_money(out, "saved_amount", "saved_amount_fen", r->saved_fen);
}

void record_write(const struct warning_record *r, struct buf *out)
{
	/* For the tables, which want a plain pointer; nothing is written through it. */
	void *at = (void *)(uintptr_t)r;

	jot_begin(out);
	jot_str(out, "warn_no", r->warn_no);
	if (r->no_made)
		jot_true(out, "warn_no_made");
	jot_str(out, "level", level_code(r->level));
	for (size_t i = 0; i < COUNT(texts); i++)
		put_said(out, texts[i].key, *text_at(at, texts[i].at));
	for (size_t i = 0; i < COUNT(times); i++)
		put_time(out, times[i].key, *time_at(at, times[i].at));
	put_numbers(out, r);
	put_texts(out, "phones", r->phones, r->phone_count);
	put_texts(out, "suspects", r->suspects, r->suspect_count);
	put_texts(out, "flags", r->flags, r->flag_count);
	jot_open_list(out, "tx");
	for (int i = 0; i < r->transfer_count; i++)
		put_transfer(out, r->transfer[i]);
	jot_close_list(out);
	if (r->extra != NULL)
		jot_json(out, "extra", r->extra);
	jot_end(out);
}

/* ---- back ------------------------------------------------------------------------------ */

static const char *keep(struct warning_record *r, const char *s)
{
	return s == NULL || *s == '\0' ? "" : arena_text(&r->arena, s, strlen(s));
}

static int take_texts(
	struct warning_record *r, const json_t *o, const char *key, const char **list, int max)
{
	json_t *a = json_object_get(o, key), *item;
	size_t i;
	int n = 0;

	json_array_foreach(a, i, item)
		if (n < max && json_is_string(item))
			list[n++] = keep(r, json_string_value(item));
	return n;
}

static int64_t take_time(const json_t *o, const char *key)
{
	const char *s = json_str(o, key);
	int64_t ms = 0;

	return s != NULL && clock_parse_iso(s, &ms) ? ms : 0;
}

static void take_transfers(struct warning_record *r, const json_t *o)
{
	json_t *a = json_object_get(o, "tx"), *one;
	size_t i;

	json_array_foreach(a, i, one) {
		struct record_transfer *t = &r->transfer[r->transfer_count];

		if (r->transfer_count == RECORD_TRANSFERS)
			break;
		for (size_t k = 0; k < COUNT(transfer_texts); k++)
			*text_at(t, transfer_texts[k].at) =
				keep(r, json_str(one, transfer_texts[k].key));
		t->amount_fen = json_int(one, "amount_fen", -1);
		t->tx_time = take_time(one, "tx_time");
		r->transfer_count++;
	}
}

struct warning_record *record_new(void)
{
	struct warning_record *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	arena_init(&r->arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(texts); i++)
		*text_at(r, texts[i].at) = "";
	r->level = LEVEL_HIGH;
	r->age = r->call_seconds = -1;
	r->amount_fen = r->saved_fen = -1;
	return r;
}

struct record_transfer *record_transfer_at(struct warning_record *r, int i)
{
	if (i >= RECORD_TRANSFERS)
		return NULL;
	for (; r->transfer_count <= i; r->transfer_count++) {
		struct record_transfer *t = &r->transfer[r->transfer_count];

		for (size_t k = 0; k < COUNT(transfer_texts); k++)
			*text_at(t, transfer_texts[k].at) = "";
		t->amount_fen = -1;
	}
	return &r->transfer[i];
}

struct warning_record *record_of_json(const json_t *o)
{
	struct warning_record *r = record_new();
	const char *no = json_str(o, "warn_no");

	snprintf(r->warn_no, sizeof r->warn_no, "%s", no == NULL ? "" : no);
	r->no_made = json_flag(o, "warn_no_made", false);
	if (!level_of_code(json_str(o, "level") ? json_str(o, "level") : "", &r->level))
		r->level = LEVEL_HIGH;
	for (size_t i = 0; i < COUNT(texts); i++)
		*text_at(r, texts[i].at) = keep(r, json_str(o, texts[i].key));
	for (size_t i = 0; i < COUNT(times); i++)
		*time_at(r, times[i].at) = take_time(o, times[i].key);
	r->age = (int)json_int(o, "age", -1);
	r->call_seconds = (int)json_int(o, "call_seconds", -1);
	r->repeat_no = (int)json_int(o, "repeat_no", 0);
	r->amount_fen = json_int(o, "amount_fen", -1);
	r->saved_fen = json_int(o, "saved_amount_fen", -1);
	r->phone_count = take_texts(r, o, "phones", r->phones, RECORD_PHONES);
	r->suspect_count = take_texts(r, o, "suspects", r->suspects, RECORD_SUSPECTS);
	r->flag_count = take_texts(r, o, "flags", r->flags, RECORD_FLAGS);
	take_transfers(r, o);
	r->extra = json_incref(json_object_get(o, "extra"));
	return r;
}

void record_free(struct warning_record *r)
{
	if (r == NULL)
		return;
	json_decref(r->extra);
	arena_free(&r->arena);
	free(r);
}
