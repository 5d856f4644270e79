#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phone.h"

#include "banned.h"

static void add_suspect(struct reading *rd, const char *prefix, const char *text)
{
	struct warning_record *r = rd->r;
	const char *whole = arena_print(&r->arena, "%s%s", prefix, text);

	for (int i = 0; i < r->suspect_count; i++)
		if (strcmp(r->suspects[i], whole) == 0)
			return;
	if (r->suspect_count < RECORD_SUSPECTS)
		r->suspects[r->suspect_count++] = whole;
	else
		reading_flag(rd, "more_suspects");
}

static void take_suspect_phones(struct reading *rd, const struct field *f, const struct taker *t)
{
	struct phone_list list;
	enum phone_rc rc = phone_parse_list(f->text, rd->ctx->area_code, &list);
	char clean[CELL_MAX];

	for (size_t i = 0; rc == PHONE_OK && i < list.count; i++)
		add_suspect(rd, t->suspect, list.item[i].text);
	if (rc == PHONE_EMPTY || (rc == PHONE_OK && list.partial == PHONE_OK))
		return;
	/* Odd numbers are typical here (virtual, overseas): kept as written, and no fault. */
	if (rc != PHONE_OK && reading_text(rd, f, CELL_NFKC, clean) && strlen(clean) <= 64)
		add_suspect(rd, t->suspect, clean);
	else
		reading_aside(rd, f);
}

static void take_suspects(struct reading *rd, const struct field *f, const struct taker *t)
{
	char clean[CELL_MAX], *rest = clean, *one;

	if (!reading_text(rd, f, CELL_ASCII, clean))
		return;
	for (char *s = clean; (s = strstr(s, "、")) != NULL;)
		memcpy(s, "\n\n\n", 3);
	while ((one = strsep(&rest, "\n;")) != NULL) {
		char again[CELL_MAX];

		if (cell_clean(one, CELL_ASCII, again, sizeof again) == CELL_TEXT)
			add_suspect(rd, t->suspect, again);
	}
}

/* Digits without blanks; one that a number cell has rounded is of no use to anybody. */
static void take_account(struct reading *rd, const struct field *f, const struct taker *t)
{
	static const struct cell_fault lost = { "excel_damaged", "账号放在数字格里，后几位已丢失",
		"请把这一列设为文本格式，重新填写账号。" };
	char clean[CELL_MAX], *to = clean;
	void *base = reading_base(rd, f, t);

	if (base == NULL || !reading_text(rd, f, CELL_NFKC, clean))
		return;
	if (field_digits_lost(f)) {
		reading_note(rd, f, &lost);
		return;
	}
	for (const char *s = clean; *s != '\0'; s++)
		if (*s != ' ' && *s != '-')
			*to++ = *s;
	*to = '\0';
	*reading_member_text(base, t->at) = reading_keep(rd, clean);
	if (t->suspect != NULL)
		add_suspect(rd, t->suspect, clean);
}

#define ACCOUNT_OF_SUSPECT offsetof(struct record_transfer, in_account), true, "account:"

/* clang-format off */
const struct taker reading_others[] = {
	{ "suspect_phone", take_suspect_phones, READING_SUSPECT("phone:") }, { "suspect_url", take_suspects, READING_SUSPECT("url:") },
	{ "suspect_app", take_suspects, READING_SUSPECT("app:") }, { "suspect_im", take_suspects, READING_SUSPECT("im:") },
	{ "suspect_account", take_suspects, READING_SUSPECT("account:") },
	{ "out_account", take_account, READING_TX(out_account) }, { "bank", reading_take_text, READING_TX(bank) },
	{ "in_account", take_account, ACCOUNT_OF_SUSPECT }, { "payee", reading_take_text, READING_TX(payee) },
	{ "in_bank", reading_take_text, READING_TX(in_bank) }, { "tx_time", reading_take_time, READING_TX(tx_time) },
	{ "tx_no", reading_take_text, READING_TX(tx_no) }, { "tx_amount", reading_take_money, READING_TX(amount_fen) },
	READING_END
};
/* clang-format on */
