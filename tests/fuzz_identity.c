/*
 * Any bytes as a cell: every normal form reads back to itself, nothing that is masked shows
 * the value, and no result leaves its range.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cell.h"
#include "date.h"
#include "fraud.h"
#include "idcard.h"
#include "level.h"
#include "mask.h"
#include "money.h"
#include "name.h"
#include "phone.h"
#include "place.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct date_day today = { 2023, 9, 19 };

static void try_cell(const char *s)
{
	char once[CELL_MAX], twice[CELL_MAX];

	for (int how = CELL_NFKC; how <= CELL_ASCII; how++) {
		enum cell_verdict v = cell_clean(s, (enum cell_fold)how, once, sizeof once);

		assert((v == CELL_TEXT) == (*once != '\0'));
		if (v != CELL_TEXT)
			continue;
		assert(text_valid(once, strlen(once)));
		assert(cell_clean(once, (enum cell_fold)how, twice, sizeof twice) == CELL_TEXT);
		assert(strcmp(once, twice) == 0);
	}
	if (cell_tidy(s, once, sizeof once) == CELL_TEXT)
		assert(text_valid(once, strlen(once)));
}

static void check_phone(const struct phone *p)
{
	struct phone again;
	char masked[MASK_MAX];

	assert(p->kind != PHONE_NONE && *p->text != '\0' && text_valid(p->note, strlen(p->note)));
	assert(phone_parse(p->text, NULL, &again) == PHONE_OK);
	assert(strcmp(again.text, p->text) == 0 && again.kind == p->kind);
	assert(phone_sms_ok(p->text) == (p->kind == PHONE_MOBILE));
	if (p->kind != PHONE_SERVICE)
		assert(strstr(mask_phone(p->text, masked, sizeof masked), p->text) == NULL);
}

static void try_phone(const char *s)
{
	struct phone p;
	struct phone_list list;
	enum phone_rc rc = phone_parse(s, "021", &p);

	if (rc == PHONE_OK)
		check_phone(&p);
	else
		assert(p.text[0] == '\0' || rc == PHONE_MASKED);
	rc = phone_parse_list(s, "0512", &list);
	assert((rc == PHONE_OK) == (list.count > 0) && list.count <= PHONE_LIST);
	for (size_t i = 0; i < list.count; i++) {
		check_phone(&list.item[i]);
		for (size_t k = 0; k < i; k++)
			assert(strcmp(list.item[i].text, list.item[k].text) != 0);
	}
}

static void try_idcard(const char *s)
{
	struct idcard id, again;
	char masked[MASK_MAX];

	if (idcard_parse(s, today, &id) != IDCARD_OK)
		return;
	assert(idcard_parse(id.text, today, &again) == IDCARD_OK);
	assert(strcmp(id.text, again.text) == 0 && id.type == again.type && id.sex == again.sex);
	assert(strstr(mask_id(id.text, masked, sizeof masked), id.text) == NULL);
	assert(idcard_fits(id.text, id.text));
	if (id.birth.year > 0)
		assert(date_compare(id.birth, today) <= 0 &&
			date_age(id.birth, today) <= IDCARD_OLDEST);
}

static void try_name(const char *s)
{
	struct name name, again;
	char masked[MASK_MAX];

	if (name_parse(s, &name) != NAME_OK)
		return;
	assert(text_valid(name.text, strlen(name.text)) &&
		text_valid(name.note, strlen(name.note)));
	assert(name_parse(name.text, &again) == NAME_OK);
	assert(strcmp(name.text, again.text) == 0 && name.flags == again.flags);
	assert(name_match(name.text, name.text));
	assert(name_match("%", name.text));
	if (!(name.flags & NAME_WILD))
		assert(strstr(mask_name(name.text, masked, sizeof masked), name.text) == NULL);
}

static void try_date(const char *s, uint8_t how)
{
	struct date_ctx ctx = { today, how & 1, how & 2, how & 4 };
	struct date d, again;
	char text[DATE_TEXT], twice[DATE_TEXT];

	if (date_parse(s, &ctx, &d) != DATE_OK)
		return;
	assert(date_exists(d.day.year, d.day.month, d.day.day) && d.hour < 24 && d.minute < 60 &&
		d.second < 60);
	assert(date_compare(date_of_days(date_days(d.day)), d.day) == 0);
	assert(date_compare(date_of_ms(date_ms(&d)), d.day) == 0);
	ctx.number_cell = false;
	assert(date_parse(date_text(&d, text), &ctx, &again) == DATE_OK);
	assert(strcmp(date_text(&again, twice), text) == 0 && again.flags == 0);
}

static void try_money(const char *s, uint8_t how)
{
	static const enum money_unit units[] = { MONEY_YUAN, MONEY_WAN, MONEY_QIAN, MONEY_FEN };
	struct money m, again;
	char text[MONEY_TEXT];
	enum money_rc rc = money_parse(s, units[how >> 4 & 3], how & 1, &m);

	assert(rc == MONEY_RANGE
			? m.lo < m.hi && m.lo >= 0 && m.hi <= MONEY_LARGEST
			: m.fen >= 0 && m.fen <= MONEY_LARGEST && m.lo == m.fen && m.hi == m.fen);
	if (rc != MONEY_OK)
		return;
	assert(money_parse(money_text(m.fen, text), MONEY_YUAN, false, &again) == MONEY_OK);
	assert(again.fen == m.fen && !again.approx);
}

static void try_words(const char *s)
{
	bool known;
	enum level level = level_of_word(s, NULL, &known);

	assert(level < LEVELS && (known || level == LEVEL_HIGH));
	assert(fraud_of_word(s, NULL, &known) != NULL);
}

static void try_place(const char *s)
{
	static const struct place_area areas[] = {
		{ "310118110000", "示例镇", NULL, NULL },
		{ "310118110203", "沈联村村民委员会", "老沈联、沈联新苑", "310118110000" },
		{ "310118110208", "青龙村", "", "310118110000" },
		{ "310118111208", "青龙村", NULL, NULL },
	};
	struct place_match m = place_find(areas, 4, s, "310118110000");
	struct place_parts p;
	char text[PLACE_PART];

	assert(m.how == PLACE_NONE ? m.candidates == 0 : m.index < 4 && m.candidates >= 1);
	assert((m.how == PLACE_AMBIGUOUS) == (m.candidates > 1));
	place_split(s, &p);
	assert(text_valid(p.rest, strlen(p.rest)) && text_valid(p.village, strlen(p.village)));
	place_brief(&p, text, sizeof text);
	assert(text_valid(text, strlen(text)));
	assert(strstr(text, "室") == NULL && strstr(text, "号") == NULL &&
		strstr(text, "幢") == NULL);
	place_door(&p, text, 10);
	assert(text_valid(text, strlen(text)) && strlen(text) < 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t how = size > 0 ? data[0] : 0;
	char *s;

	if (size == 0)
		return 0;
	s = malloc(size);
	memcpy(s, data + 1, size - 1);
	s[size - 1] = '\0';
	try_cell(s);
	try_phone(s);
	try_idcard(s);
	try_name(s);
	try_date(s, how);
	try_money(s, how);
	if (text_valid(s, strlen(s))) {
		try_words(s);
		try_place(s);
	}
	free(s);
	return 0;
}
