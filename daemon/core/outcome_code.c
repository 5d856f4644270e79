#include "outcome_code.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "text.h"

#include "banned.h"

/*
 * No official table was found; the codes are a default, the words are those met in practice.
 *
 * MINOR stays open: the word alone does not say that the guardian was reached; the result of
 * the talk with the guardian is reported as MET_OK or PHONE_OK. ELDER_CARE says that a guardian
 * has taken over. AWAY ends only by being handed back, which is no outcome.
 */
/* clang-format off */
static const struct outcome_code house[] = {
	{ "MET_OK", "见面劝住", "已见面劝阻 见面成功 已劝住", .ends = OUTCOME_ALWAYS,
	  .dissuaded = true, .revisit = true },
	{ "PHONE_OK", "电话劝住", "电话劝阻成功 已电话提醒", .ends = OUTCOME_MEDIUM_AND_LOW,
	  .dissuaded = true, .revisit = true },
	{ "SMS_OK", "短信提醒", "已短信提醒 已送达", .ends = OUTCOME_LOW_ONLY, .dissuaded = true },
	{ "ALREADY_LOST", "预警前已被骗", "已被骗 预警前已转账 事前已报案", .ends = OUTCOME_ALWAYS,
	  .loss = true, .revisit = true, .raise = true },
	{ "TRANSFERRED_AFTER", "预警后转账", "已转账 再转账 劝阻后转账 预警后被骗", .ends = OUTCOME_ALWAYS,
	  .retransfer = true, .loss = true, .revisit = true, .raise = true },
	{ "PARTIAL_LOSS", "部分转账", "部分转账 止损", .ends = OUTCOME_ALWAYS,
	  .retransfer = true, .loss = true, .revisit = true, .raise = true },
	{ "NO_ANSWER", "无人接听", "未接通 无人接听 占线 拒接", .ends = OUTCOME_NEVER },
	{ "PHONE_OFF", "关机停机", "关机 停机 不在服务区", .ends = OUTCOME_NEVER },
	{ "BAD_NUMBER", "号码不对", "空号 错号 非本人", .ends = OUTCOME_NEVER },
	{ "REFUSED", "不听劝阻", "拒绝劝阻 不配合 不相信 不听劝 辱骂", .ends = OUTCOME_NEVER, .raise = true },
	{ "NOT_AT_HOME", "不在家", "不在家 未见到人", .ends = OUTCOME_NEVER },
	{ "AWAY", "人在外地", "外出 在外地 外出务工", .ends = OUTCOME_NEVER },
	{ "MOVED", "已搬离", "搬离", .ends = OUTCOME_ALWAYS },
	{ "NOT_LOCAL", "非本辖区", "非本辖区 人户分离 查无此人", .ends = OUTCOME_ALWAYS, .neutral = true },
	{ "LOST_CONTACT", "失联", "失联", .ends = OUTCOME_NEVER, .raise = true },
	{ "FALSE_ALARM", "误报", "误报 正常交易 本人熟人转账", .ends = OUTCOME_ALWAYS, .neutral = true },
	{ "DUPLICATE", "重复预警", "重复预警", .ends = OUTCOME_ALWAYS, .neutral = true },
	{ "INVOLVED", "涉诈嫌疑", "涉诈嫌疑 两卡 跑分 非受害人", .ends = OUTCOME_ALWAYS },
	{ "MINOR", "未成年人", "未成年人", .ends = OUTCOME_NEVER },
	{ "ELDER_CARE", "监护人处理", "老人由监护人处理", .ends = OUTCOME_ALWAYS },
	{ "DECEASED", "已故", "已故", .ends = OUTCOME_ALWAYS },
	{ "HANDED_POLICE", "已移交民警", "已移交民警", .ends = OUTCOME_ALWAYS },
};

/*
 * What the digit means by default, and by the words behind it. The longest word that stands
 * furthest left decides; a word with a negator directly before it does not count.
 */
static const struct reply_code { int action; const char *code, *words; } replies[] = {
	{ 4, "TRANSFERRED_AFTER", "" },
	{ 5, "NO_ANSWER", "" },
	{ 5, "PHONE_OFF", "关机 停机 不在服务区" },
	{ 5, "BAD_NUMBER", "空号 错号" },
	{ 5, "NOT_AT_HOME", "不在家 没在家 人不在 不在 勿在 唔喺度 家里没人 家中无人 没人在家 敲门没人 "
	                    "不开门 没开门 没见到 没有见到 没见着 未见到 见不到" },
	{ 5, "AWAY", "在外地 外出 出门了 外地打工 在外打工 出差" },
	{ 6, "BAD_NUMBER", "" },
	{ 6, "MOVED", "搬走 搬家 搬离 不住这 不住在这" },
	{ 6, "NOT_LOCAL", "不是我们村 不是本村 非本辖区 不是本辖区 人户分离 查无此人 没这个人 没有这个人 "
	                  "没得这个人 冇这个人" },
	{ 7, "REFUSED", "" },
	{ 7, "LOST_CONTACT", "失联 失踪 下落不明 不知去向 离家出走 人不见了 找不到人 联系不上" },
	{ 8, "FALSE_ALARM", "" },
};

static const char *const negators[] = { "没有", "没", "未", "不是", "不", "并非", "非", "无" };
/* clang-format on */

enum { HOUSE = sizeof house / sizeof *house, REPLIES = sizeof replies / sizeof *replies };

void outcome_codes_default(struct outcome_codes *t)
{
	static_assert(sizeof house <= sizeof t->row, "the house table fits");
	memset(t, 0, sizeof *t);
	memcpy(t->row, house, sizeof house);
	t->count = HOUSE;
}

const struct outcome_code *outcome_code_find(const struct outcome_codes *t, const char *code)
{
	for (int i = 0; code != NULL && i < t->count; i++)
		if (strcmp(t->row[i].code, code) == 0)
			return &t->row[i];
	return NULL;
}

/* Half width, without blanks and without what nobody sees. */
static void fold(const char *word, struct buf *out)
{
	struct buf half, seen;
	const char *s, *end;

	buf_init(&half, 1024);
	buf_init(&seen, 1024);
	text_nfkc(word, &half);
	text_drop_invisible(buf_str(&half), &seen);
	for (s = buf_str(&seen), end = s + seen.len; s < end;) {
		const char *from = s;

		if (!text_is_blank(text_next(&s, end)))
			buf_add(out, from, (size_t)(s - from));
	}
	buf_free(&half);
	buf_free(&seen);
}

/* The next of blank-separated words: its length, 0 at the end. *list moves behind it. */
static size_t next_word(const char **list, const char **word)
{
	size_t n;

	*word = *list + strspn(*list, " ");
	n = strcspn(*word, " ");
	*list = *word + n;
	return n;
}

static bool means(const struct outcome_code *c, const char *word)
{
	const char *list = c->words, *one;
	size_t n;

	if (strcasecmp(c->code, word) == 0 || strcmp(c->name, word) == 0)
		return true;
	while ((n = next_word(&list, &one)) > 0)
		if (strlen(word) == n && strncmp(one, word, n) == 0)
			return true;
	return false;
}

const struct outcome_code *outcome_code_of_word(const struct outcome_codes *t, const char *word)
{
	const struct outcome_code *found = NULL;
	struct buf folded;

	if (word == NULL || *word == '\0')
		return NULL;
	buf_init(&folded, 256);
	fold(word, &folded);
	for (int i = 0; i < t->count && found == NULL && folded.len > 0 && !folded.full; i++)
		if (means(&t->row[i], folded.data))
			found = &t->row[i];
	buf_free(&folded);
	return found;
}

bool outcome_code_ends(const struct outcome_code *c, const char *level_code)
{
	bool low = strcmp(level_code, "LOW") == 0;

	switch (c->ends) {
	case OUTCOME_NEVER:
		return false;
	case OUTCOME_ALWAYS:
		return true;
	case OUTCOME_LOW_ONLY:
		return low;
	case OUTCOME_MEDIUM_AND_LOW:
		return low || strcmp(level_code, "MEDIUM") == 0;
	}
	return false;
}

static bool negated(const char *text, const char *at)
{
	for (size_t i = 0; i < sizeof negators / sizeof *negators; i++) {
		size_t n = strlen(negators[i]);

		if ((size_t)(at - text) >= n && strncmp(at - n, negators[i], n) == 0)
			return true;
	}
	return false;
}

/* Length of the longest word of `list` that stands at `at`. */
static size_t longest_at(const char *list, const char *at)
{
	size_t best = 0, n;
	const char *one;

	while ((n = next_word(&list, &one)) > 0)
		if (n > best && strncmp(at, one, n) == 0)
			best = n;
	return best;
}

static const char *code_at(int action, const char *text, const char *at)
{
	const char *code = NULL;
	size_t best = 0;

	for (int i = 0; i < REPLIES; i++) {
		size_t n = replies[i].action == action ? longest_at(replies[i].words, at) : 0;

		if (n > best && !negated(text, at)) {
			best = n;
			code = replies[i].code;
		}
	}
	return code;
}

const char *outcome_code_of_reply(int action, bool met, const char *remark)
{
	const char *code = NULL;
	struct buf folded;

	if (action == 3)
		return met ? "MET_OK" : "PHONE_OK";
	buf_init(&folded, 2048);
	fold(remark == NULL ? "" : remark, &folded);
	for (const char *at = buf_str(&folded); *at != '\0' && code == NULL; at++)
		code = code_at(action, folded.data, at);
	buf_free(&folded);
	for (int i = 0; i < REPLIES && code == NULL; i++)
		if (replies[i].action == action)
			code = replies[i].code;
	return code;
}
