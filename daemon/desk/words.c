#include <stdio.h>
#include <string.h>

#include "area.h"
#include "clock.h"
#include "desk_room.h"
#include "fraud.h"
#include "json.h"
#include "mask.h"
#include "text.h"

#include "banned.h"

enum { LONG_NAME = 6, SHORT_NAME = 3 };

void words_office(const struct desk *d, struct template_values *v)
{
	template_put(v, "centre", d->set->centre);
	template_put(v, "centre_phone", d->set->centre_phone);
}

const char *words_mask_name(struct store *s, const char *name)
{
	char masked[MASK_MAX];

	return store_keep(s, name[0] == '\0' ? "某人" : mask_name(name, masked, sizeof masked));
}

/* 李庄3组; where the address says nothing, the name of the area. */
static const char *where(struct desk *d, const struct casefile *c)
{
	const char *brief = json_str(c->person, "brief");

	if (brief != NULL)
		return brief;
	brief = area_name(d->s, c->area);
	return brief[0] == '\0' ? "地址不详" : brief;
}

/* 冒充客服 rather than 冒充电商物流客服: a word of the type that is short, where the name is long. */
static const char *short_name(struct store *s, const struct fraud_type *t)
{
	const char *at = t->aliases;

	while (text_count(t->name) > LONG_NAME && at[0] != '\0') {
		size_t n = strcspn(at, " ");
		const char *word = arena_print(&s->arena, "%.*s", (int)n, at);

		if (text_count(word) >= SHORT_NAME && text_count(word) <= LONG_NAME)
			return word;
		at += n + (at[n] == ' ');
	}
	return t->name;
}

static void put_type(const struct desk *d, const struct casefile *c, struct template_values *v)
{
	const struct fraud_type *t = fraud_of_code(c->fraud_type, &d->set->fraud_types);

	if (t == NULL || t->number == 0) {
		template_put(v, "type", "诈骗");
		return;
	}
	template_put(v, "type", short_name(d->s, t));
	template_putf(v, "type_no", "类型%02d", t->number);
}

void words_case(struct desk *d, const struct casefile *c, struct template_values *v)
{
	const char *name = json_str(c->person, "name"), *sex = json_str(c->person, "sex");
	int64_t age = json_int(c->person, "age", -1);
	const char *tail = strrchr(c->no, '-');

	words_office(d, v);
	template_put(v, "case", tail == NULL ? c->no : tail + 1);
	template_put(v, "word", c->policy.word);
	if (person_is_minor(c->person))
		template_put(v, "name", "未成年人");
	else
		template_put(v, "name", words_mask_name(d->s, name == NULL ? "" : name));
	template_put(v, "area", where(d, c));
	put_type(d, c, v);
	if (sex != NULL)
		template_put(v, "sex", strcmp(sex, "F") == 0 ? "女" : "男");
	if (age >= 10)
		template_putf(v, "age", "%d余岁", (int)(age / 10 * 10));
}

void words_code(struct template_values *v, const char *code)
{
	static const char *const keys[] = { "decline", "accept", "met", "done", "lost", "unreached",
		"wrong", "police", "mistaken", "pass" };

	char answer[8] = "";
	size_t n = strnlen(code, sizeof answer - 2);

	template_put(v, "code", code);
	memcpy(answer, code, n);
	for (int i = 0; i < 10; i++) {
		answer[n] = (char)('0' + i);
		template_put(v, keys[i], answer);
	}
}

/* 王某 for 王*: what a voice can say. */
static const char *said_name(struct store *s, const struct casefile *c)
{
	const char *name = json_str(c->person, "name");
	size_t first = name == NULL ? 0 : text_prefix(name, 1);

	if (person_is_minor(c->person))
		return "一位未成年人";
	return first == 0 ? "某人" : arena_print(&s->arena, "%.*s某", (int)first, name);
}

void words_spoken(
	struct desk *d, const struct casefile *c, const char *code, struct template_values *v)
{
	words_case(d, c, v);
	template_put(v, "level", c->policy.name);
	template_put(v, "name_said", said_name(d->s, c));
	if (code != NULL && code[0] != '\0') {
		char apart[16];
		size_t n = 0;

		/* Digit by digit: seventeen is heard as seventy. */
		for (const char *p = code; *p != '\0' && n + 2 < sizeof apart; p++) {
			if (n > 0)
				apart[n++] = ' ';
			apart[n++] = *p;
		}
		apart[n] = '\0';
		template_put(v, "code_said", apart);
	}
}

void words_limit(struct template_values *v, const char *key, int64_t ms)
{
	int64_t minutes = ms / MINUTE_MS > 0 ? ms / MINUTE_MS : 1;

	if (minutes < 120)
		template_putf(v, key, "%d分钟", (int)minutes);
	else if (minutes < 48 * 60)
		template_putf(v, key, "%d小时", (int)(minutes / 60));
	else
		template_putf(v, key, "%d天", (int)(minutes / (24 * 60)));
}

void words_time(const struct desk *d, struct template_values *v, const char *key, int64_t at_ms)
{
	struct clock_day at, now;

	clock_local(at_ms, &at);
	clock_local(d->s->now_ms, &now);
	if (at.day == now.day && at.month == now.month && at.year == now.year)
		template_putf(v, key, "%02d:%02d", at.hour, at.minute);
	else
		template_putf(v, key, "%d月%d日%02d:%02d", at.month, at.day, at.hour, at.minute);
}

const char *words_amount(struct store *s, int64_t fen)
{
	if (fen < 0)
		return "";
	if (fen % 100 == 0)
		return arena_print(&s->arena, "%lld元", (long long)(fen / 100));
	return arena_print(&s->arena, "%lld.%02d元", (long long)(fen / 100), (int)(fen % 100));
}
