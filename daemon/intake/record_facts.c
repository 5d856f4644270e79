#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"
#include "text.h"

#include "banned.h"

enum { WARN_NO_CHARS = 64, DAY_MS = 86400000 };

static void take_nothing(struct reading *rd, const struct field *f, const struct taker *t)
{
	(void)rd, (void)f, (void)t;
}

static void take_warn_no(struct reading *rd, const struct field *f, const struct taker *t)
{
	static const struct cell_fault lost = { "excel_damaged",
		"编号放在数字格里，后几位已丢失，不能用来判断重复",
		"请把这一列设为文本格式，重新填写编号。" };
	static const struct cell_fault long_no = { "too_long", "编号超过64个字",
		"请填写正确的编号。" };
	char clean[CELL_MAX];
	size_t len;

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	len = strlen(clean);
	if (field_digits_lost(f))
		reading_note(rd, f, &lost);
	else if (text_count(clean) > WARN_NO_CHARS || len >= RECORD_NO)
		reading_note(rd, f, &long_no);
	else
		memcpy(rd->r->warn_no, clean, len + 1);
}

/* ---- where it comes from, what it is ----------------------------------------------------- */

static void take_source(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];
	const char *code, *end;

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	code = source_of_word(clean);
	end = source_end_of_word(clean);
	rd->r->source = code != NULL ? code : reading_keep(rd, clean);
	if (end != NULL && *rd->r->channel_end == '\0')
		rd->r->channel_end = end;
	if (code == NULL || strcmp(code, clean) != 0)
		reading_aside(rd, f);
}

static void take_end(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];
	const char *end, *source;

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	end = source_end_of_word(clean);
	source = source_of_word(clean);
	rd->r->channel_end = end != NULL ? end : reading_keep(rd, clean);
	if (source != NULL && end != NULL && *rd->r->source == '\0')
		rd->r->source = source;
}

static void take_level(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];

	(void)t;
	if (reading_text(rd, f, CELL_NFKC, clean))
		rd->r->level_raw = reading_keep(rd, clean);
}

static void take_fraud(struct reading *rd, const struct field *f, const struct taker *t)
{
	const struct fraud_type *type;
	char clean[CELL_MAX];
	const char *end;

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	type = fraud_of_code(clean, rd->ctx->frauds);
	if (type == NULL)
		type = fraud_of_word(clean, rd->ctx->frauds, NULL);
	end = source_end_of_word(clean);
	if (strcmp(type->code, "UNKNOWN") == 0 && end != NULL && strstr(clean, "预警") != NULL) {
		rd->r->channel_end = end; /* 预警类型: 资金预警 */
		return;
	}
	rd->r->fraud_type = type->code;
	rd->r->fraud_raw = reading_keep(rd, clean);
	if (strcmp(type->code, "UNKNOWN") == 0 && strcmp(clean, "UNKNOWN") != 0)
		reading_flag(rd, "fraud_unmapped");
}

/* ---- times and numbers ------------------------------------------------------------------- */

/* 30分钟, 2小时内, 1天: counted from now; the sender's own clock may be off. */
static bool read_span(const char *text, int64_t *ms)
{
	static const struct {
		const char *word;
		int64_t ms;
	} units[] = { { "分钟", 60000 }, { "分", 60000 }, { "小时", 3600000 }, { "时", 3600000 },
		{ "天", DAY_MS }, { "日", DAY_MS } };
	size_t digits = strspn(text, "0123456789");
	const char *s = text + digits;

	if (digits == 0 || digits > 5)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t n = strlen(units[i].word);

		if (strncmp(s, units[i].word, n) != 0)
			continue;
		if (s[n] != '\0' && strcmp(s + n, "内") != 0 && strcmp(s + n, "以内") != 0)
			continue;
		*ms = strtol(text, NULL, 10) * units[i].ms;
		return true;
	}
	return false;
}

static void take_deadline(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX];
	int64_t ms;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) == CELL_TEXT &&
		read_span(clean, &ms))
		*reading_member_number(rd->r, t->at) = rd->ctx->now_ms + ms;
	else if (reading_time(rd, f, &ms))
		*reading_member_number(rd->r, t->at) = ms;
}

/* 125, 125秒, 2分5秒, 00:02:05; the unit of the header when the cell has none. */
static bool read_seconds(const char *s, const char *unit, long *out)
{
	long part[3] = { 0, 0, 0 };
	int n = 0;
	char *end;

	*out = 0;
	for (; *s >= '0' && *s <= '9' && n < 3; n++) {
		part[n] = strtol(s, &end, 10);
		if (end - s > 6)
			return false;
		s = end;
		if (*s == ':')
			s++;
		else if (strncmp(s, "小时", 6) == 0)
			*out += part[n] * 3600, s += 6, part[n] = -1;
		else if (strncmp(s, "分钟", 6) == 0)
			*out += part[n] * 60, s += 6, part[n] = -1;
		else if (strncmp(s, "分", 3) == 0)
			*out += part[n] * 60, s += 3, part[n] = -1;
		else if (strncmp(s, "秒", 3) == 0)
			*out += part[n], s += 3, part[n] = -1;
	}
	if (*s != '\0' || n == 0)
		return false;
	if (part[0] == -1)
		return true;
	if (n == 1)
		*out = part[0] * (unit != NULL && strstr(unit, "分") != NULL ? 60 : 1);
	else
		*out = n == 2 ? part[0] * 60 + part[1] : part[0] * 3600 + part[1] * 60 + part[2];
	return true;
}

static void take_seconds(struct reading *rd, const struct field *f, const struct taker *t)
{
	static const struct cell_fault bad = { "bad_seconds", "看不懂通话时长",
		"请填写秒数，如125，或2分5秒。" };
	char clean[CELL_MAX];
	long seconds;

	(void)t;
	if (!reading_text(rd, f, CELL_NFKC, clean))
		return;
	if (read_seconds(clean, f->unit, &seconds))
		rd->r->call_seconds = (int)seconds;
	else
		reading_note(rd, f, &bad);
}

static void take_repeat(struct reading *rd, const struct field *f, const struct taker *t)
{
	int n = field_int(f, 9999);

	(void)t;
	rd->r->repeat_no = n < 0 ? 0 : n;
}

/* clang-format off */
const struct taker reading_facts[] = {
	{ "seq", take_nothing, READING_OWN }, { "warn_no", take_warn_no, READING_OWN },
	{ "warn_time", reading_take_time, READING_AT(warn_time) }, { "issue_time", reading_take_time, READING_AT(issue_time) },
	{ "source", take_source, READING_OWN }, { "channel_end", take_end, READING_OWN },
	{ "level", take_level, READING_OWN }, { "fraud_type", take_fraud, READING_OWN },
	{ "call_time", reading_take_time, READING_AT(call_time) }, { "call_seconds", take_seconds, READING_OWN },
	{ "amount", reading_take_money, READING_AT(amount_fen) }, { "saved_amount", reading_take_money, READING_AT(saved_fen) },
	{ "station", reading_take_text, READING_AT(station) }, { "officer", reading_take_text, READING_AT(officer) },
	{ "deadline_ack", take_deadline, READING_AT(deadline_ack) },
	{ "deadline_meet", take_deadline, READING_AT(deadline_meet) },
	{ "deadline_feedback", take_deadline, READING_AT(deadline_feedback) },
	{ "repeat_no", take_repeat, READING_OWN }, { "remark", reading_take_tidy, READING_AT(remark) },
	READING_END
};
/* clang-format on */
