/*
 * record.h - one warning as it was pushed, however it came: the form that intake hands to the desk.
 *
 * Strings are never NULL ("" = not given), valid UTF-8, cleaned by the cell rules, and belong
 * to the record: record_free() gives everything back. Times are UTC ms (0: not given), money is
 * fen (-1: not given). Phones are in their normal form.
 */
#ifndef QUANZU_RECORD_H
#define QUANZU_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "level.h"

enum {
	RECORD_PHONES = 8,
	RECORD_SUSPECTS = 16,
	RECORD_TRANSFERS = 16,
	RECORD_FLAGS = 16,
	RECORD_NO = 72
};

struct record_transfer {
	const char *out_account, *bank, *in_account, *payee, *in_bank, *tx_no;
	int64_t amount_fen, tx_time;
};

struct warning_record {
	struct arena arena;      /* holds the strings */
	const char *source;      /* normal code or the raw word; "manual" when nobody says */
	char warn_no[RECORD_NO]; /* as given, or "h:" and a content hash */
	bool no_made;            /* warn_no is the hash */
	int64_t warn_time, issue_time;
	const char *channel_end;
	enum level level;
	const char *level_raw;
	const char *fraud_type, *fraud_raw; /* code and word */
	const char *name, *id_type, *id_no, *sex,
		*birth; /* victim; sex M, F or ""; birth YYYY-MM-DD */
	int age;        /* years, -1 not given */
	const char *phones[RECORD_PHONES];
	int phone_count;
	const char *addr_live, *addr_reg, *village, *village_code, *grid_code;
	const char *suspects
		[RECORD_SUSPECTS]; /* numbers, URLs, apps, IM accounts: "phone:...", "url:...", "app:...", "im:...", "account:..." */
	int suspect_count;
	int64_t call_time;
	int call_seconds; /* -1 not given */
	struct record_transfer transfer[RECORD_TRANSFERS];
	int transfer_count;
	int64_t amount_fen, saved_fen; /* totals */
	const char *family_name, *family_phone;
	const char *station, *officer, *officer_phone, *employer, *occupation;
	int64_t deadline_ack, deadline_meet, deadline_feedback;
	int repeat_no;
	const char *remark;              /* never copied into an SMS */
	const char *flags[RECORD_FLAGS]; /* level_unmapped, bad_second_phone, ... */
	int flag_count;
	json_t *extra; /* unknown fields as they came; NULL none */
};

/* The whole record as JSON into the emptied buffer, for keeping it sealed and for showing it; names as in the HTTP contract. */
void record_write(const struct warning_record *r, struct buf *out);
/* Back from that JSON (no judging: it was accepted once). */
struct warning_record *record_of_json(const json_t *o);
void record_free(struct warning_record *r); /* NULL is allowed */

#endif
