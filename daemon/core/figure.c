/* figure.c - the sums of money in a text, each by itself (docs/REPLIES.md, 9). */
#include "figure.h"

#include <string.h>

#include "canon.h"

#include "banned.h"

/* Stands where a phone or card number stood, so that its neighbours do not touch. */
enum { GONE = 0x1E };

static const char16_t currencies[] = u"元 块 圆 rmb 人民币";
static const char16_t currencies_before[] = u"¥ rmb 人民币";
static const char16_t measures[] =
	u"组 队 楼 层 弄 室 栋 幢 号 个 次 遍 天 日 月 年 岁 分 点 钟 小时 秒 时 % 折 笔 张 条 户 "
	u"人 位 家 米 公里 路 度 台 名 届 期 周 星期";
static const char16_t before_number[] = u"第 尾号 编号 任务";
static const char16_t foreign[] =
	u"美元 美金 美刀 港币 港元 日元 韩元 欧元 英镑 泰铢 澳元 加元 新币 usdt u币 泰达 比特币 "
	u"以太坊 btc eth $";
static const char16_t no_loss[] =
	u"没有损失 没损失 无损失 未损失 零损失 0损失 没有任何损失 无任何损失 没有经济损失 "
	u"无经济损失 没造成损失 未造成损失 没转账 没有转账 未转账 没有转 没转 未转 没汇 没打款 "
	u"没付 没被骗 没有被骗 没受骗 没上当 没有上当 一分没 一分钱没 一分都没 一分钱都没 一分也没 "
	u"一分钱也没 一分未 分文没 分文未 一毛没 一毛钱没 一毛钱都没";

size_t figure_currency_at(const struct figure_text *t, size_t at)
{
	return canon_word_at(t->c, t->n, at, currencies);
}

static size_t figure_currency_before(const struct figure_text *t, size_t at)
{
	return canon_word_before(t->c, at, currencies_before);
}

/* Whether a measure that is no currency begins at `at`: 组, 个, 点 ... */
static bool figure_is_measure(const struct figure_text *t, size_t at)
{
	return canon_word_at(t->c, t->n, at, measures) > 0 && figure_currency_at(t, at) == 0;
}

bool figure_ends_clause(uint32_t c)
{
	return canon_is_separator(c) && c != ' ' && c != GONE;
}

/* -- preparing -------------------------------------------------------------------------------- */

static size_t digits_end(const uint32_t *t, size_t n, size_t at)
{
	while (at < n && canon_is_digit(t[at]))
		at++;
	return at;
}

/* A comma at t[at] behind `lead` digits groups thousands (35,000) or ten-thousands (3,5000). */
static bool is_group(const uint32_t *t, size_t n, size_t at, size_t lead)
{
	size_t group;

	if (at >= n || t[at] != ',')
		return false;
	group = digits_end(t, n, at + 1) - at - 1;
	return (group == 3 || group == 4) && lead <= group;
}

/* 110 and 96110 are telephone numbers unless a currency or a unit makes them money. */
static bool is_hotline(const uint32_t *t, size_t n, size_t from, size_t end)
{
	size_t next = end + (end < n && t[end] == ' ');
	size_t before = from - (from > 0 && t[from - 1] == ' ');

	if (canon_word_before(t, end, u"110 96110") != end - from)
		return false;
	if (from > 0 && (t[from - 1] == '.' || t[from - 1] == ','))
		return false;
	if (end + 1 < n && (t[end] == '.' || is_group(t, n, end, end - from)) &&
		canon_is_digit(t[end + 1]))
		return false;
	return (next >= n || numeral_unit(t[next]) == 0) &&
	       canon_word_at(t, n, next, currencies) == 0 &&
	       canon_word_before(t, before, currencies_before) == 0;
}

static void put(struct figure_text *out, uint32_t c)
{
	out->c[out->n++] = c;
	out->gap[out->n] = false;
}

/* A run of digits with its groups, or GONE; returns the place behind it. */
static size_t prepare_digits(const uint32_t *t, size_t n, size_t at, struct figure_text *out)
{
	size_t end = digits_end(t, n, at), lead = end - at;

	if (lead >= 10) {
		put(out, GONE);
		return end + (end < n && t[end] == 'x');
	}
	if (is_hotline(t, n, at, end)) {
		put(out, GONE);
		return end;
	}
	for (;;) {
		while (at < end)
			put(out, t[at++]);
		if (!is_group(t, n, at, lead))
			return at;
		end = digits_end(t, n, ++at);
	}
}

/* Whether a word of two and more letters a-z, other than rmb, ends before t[at]. */
static bool word_ends(const uint32_t *t, size_t at)
{
	return at >= 2 && canon_is_ascii(t[at - 1]) && canon_is_ascii(t[at - 2]) &&
	       canon_word_before(t, at, u"rmb") == 0;
}

static bool word_begins(const uint32_t *t, size_t n, size_t at)
{
	return at + 1 < n && canon_is_ascii(t[at]) && canon_is_ascii(t[at + 1]) &&
	       canon_word_at(t, n, at, u"rmb") == 0;
}

void figure_prepare(const uint32_t *t, size_t n, struct figure_text *out)
{
	size_t i = 0;

	out->n = 0;
	out->gap[0] = false;
	while (i < n) {
		if (canon_is_digit(t[i])) {
			i = prepare_digits(t, n, i, out);
			continue;
		}
		if (t[i] != ' ') {
			put(out, t[i++]);
			continue;
		}
		i++;
		/* A space that parts two numbers or stands beside an English word stays. */
		if ((i >= 2 && i < n && canon_is_digit(t[i - 2]) && canon_is_digit(t[i])) ||
			word_ends(t, i - 1) || word_begins(t, n, i))
			put(out, ' ');
		else
			out->gap[out->n] = true;
	}
	out->c[out->n] = 0;
}

/* -- what is no money ------------------------------------------------------------------------- */

static uint32_t at_or_0(const struct figure_text *t, size_t at)
{
	return at < t->n ? t->c[at] : 0;
}

/* 14:30, as hour or as minute. */
static bool is_time(const struct figure_text *t, const struct numeral *num)
{
	size_t s = num->start, e = num->end;

	if (e - s <= 2 && at_or_0(t, e) == ':' && canon_is_digit(at_or_0(t, e + 1)) &&
		canon_is_digit(at_or_0(t, e + 2)) && !canon_is_digit(at_or_0(t, e + 3)))
		return true;
	return s >= 2 && t->c[s - 1] == ':' && canon_is_digit(t->c[s - 2]) && s + 2 <= t->n &&
	       canon_is_digit(t->c[s]) && canon_is_digit(at_or_0(t, s + 1)) &&
	       !canon_is_digit(at_or_0(t, s + 2));
}

static bool letter_touches(const struct figure_text *t, const struct numeral *num)
{
	size_t s = num->start, e = num->end;

	if (s > 0 && canon_is_ascii(t->c[s - 1]) && !t->gap[s] && figure_currency_before(t, s) == 0)
		return true;
	return canon_is_ascii(at_or_0(t, e)) && !t->gap[e] && figure_currency_at(t, e) == 0;
}

/*
 * A measure behind a space does not take a sum with a unit: in "3万 家里没人" 家 counts
 * nothing, and the money must not be lost.
 */
static bool measure_takes(const struct figure_text *t, const struct numeral *num)
{
	return figure_is_measure(t, num->end) && !(num->strong && t->gap[num->end]);
}

static bool is_whole_text(const struct figure_text *t, const struct numeral *num)
{
	for (size_t i = 0; i < t->n; i++)
		if ((i < num->start || i >= num->end) && !canon_is_separator(t->c[i]))
			return false;
	return true;
}

/* A telephone number that was dictated: 一三八零零一三八零零零. */
static bool is_dictated_number(const struct numeral *num)
{
	return num->digits_only && num->end - num->start >= 10;
}

/* -- one figure ------------------------------------------------------------------------------- */

/* 3块5, 3元5角2分: what one or two digits behind a currency are worth; moves *at behind them. */
static int64_t read_small(const struct figure_text *t, size_t *at)
{
	int tenth = numeral_digit(at_or_0(t, *at)), cent;
	uint32_t next = at_or_0(t, *at + 1);

	if (tenth < 0)
		return 0;
	if (next != u'角' && next != u'毛') {
		if (canon_is_letter(next) || canon_is_digit(next))
			return 0;
		*at += 1;
		return tenth * NUMERAL_YUAN / 10;
	}
	*at += 2;
	cent = numeral_digit(at_or_0(t, *at));
	if (cent < 0 || at_or_0(t, *at + 1) != u'分')
		return tenth * NUMERAL_YUAN / 10;
	*at += 2;
	return tenth * NUMERAL_YUAN / 10 + cent * NUMERAL_YUAN / 100;
}

/* False: no figure, and no lone character that a range could use. */
static bool read_figure(const struct figure_text *t, struct figure *f)
{
	const struct numeral *num = &f->num;
	size_t before = figure_currency_before(t, num->start);
	size_t after = figure_currency_at(t, num->end);
	int64_t small = 0;

	f->from = num->start - before;
	f->to = num->end + after;
	if (after > 0)
		small = read_small(t, &f->to);
	f->lo = num->lo + small;
	f->hi = num->hi + small;
	f->strong = num->strong || before > 0 || after > 0;
	f->counts = !num->lone || before > 0 || after > 0 || is_whole_text(t, num);
	return !num->unit_first && !letter_touches(t, num) && !is_time(t, num) &&
	       !measure_takes(t, num) && !is_dictated_number(num) &&
	       canon_word_before(t->c, num->start, before_number) == 0;
}

/* -- vague words ------------------------------------------------------------------------------ */

static bool ends_or_money(const struct figure_text *t, size_t at)
{
	return !canon_is_letter(at_or_0(t, at)) || figure_currency_at(t, at) > 0;
}

/* 几, 多, 余, 来 directly behind a numeral. */
static bool vague_behind(const struct figure_text *t, size_t at)
{
	int64_t unit = numeral_unit(at_or_0(t, at + 1));

	switch (at_or_0(t, at)) {
	case u'几':
		return !figure_is_measure(t, at + 1);
	case u'多':
		return at_or_0(t, at + 1) != u'亏' && !figure_is_measure(t, at + 1);
	case u'余':
		return unit >= 10000 || ends_or_money(t, at + 1);
	case u'来':
		return unit >= 100 || figure_currency_at(t, at + 1) > 0;
	default:
		return false;
	}
}

/* 几 数 若干 or 上 directly before units, with no measure behind these. */
static bool vague_before(const struct figure_text *t, size_t at)
{
	size_t end = at;

	while (numeral_unit(at_or_0(t, end)) > 0)
		end++;
	return end > at && !figure_is_measure(t, end);
}

static bool vague_at(const struct figure_text *t, size_t at)
{
	switch (t->c[at]) {
	case u'几':
	case u'数':
		return vague_before(t, at + 1);
	case u'若':
		return at_or_0(t, at + 1) == u'干' && vague_before(t, at + 2);
	case u'上':
		return numeral_unit(at_or_0(t, at + 1)) >= 100 && vague_before(t, at + 1) &&
		       canon_word_before(t->c, at, u"晚 早 马 路 网 手 身 街") == 0;
	case u'把': /* 万把块 */
		return at > 0 && numeral_unit(t->c[at - 1]) >= 100 &&
		       numeral_unit(t->c[at - 1]) <= 10000 &&
		       (ends_or_money(t, at + 1) || at_or_0(t, at + 1) == u'钱');
	default:
		return false;
	}
}

/* 2000u, and no letter behind it. */
static bool is_coin(const struct figure_text *t, size_t at)
{
	return t->c[at] == 'u' && at > 0 && numeral_is_part(t->c[at - 1]) &&
	       !canon_is_letter(at_or_0(t, at + 1));
}

/* Words of the list that are letters a-z stand alone: eth is no part of method. */
static bool is_foreign(const struct canon_words *words, const struct figure_text *t, size_t at)
{
	size_t len = canon_words_at(words, t->c, t->n, at);

	if (len == 0 || !canon_is_ascii(t->c[at]))
		return len > 0;
	return !(at > 0 && canon_is_ascii(t->c[at - 1])) &&
	       !(canon_is_ascii(t->c[at + len - 1]) && canon_is_ascii(at_or_0(t, at + len)));
}

static bool is_no_loss(const struct canon_words *words, const struct figure_text *t, size_t at)
{
	return canon_words_at(words, t->c, t->n, at) > 0 &&
	       !(t->c[at] == '0' && at > 0 && canon_is_digit(t->c[at - 1]));
}

static void keep(struct figures *out, const struct figure *f)
{
	if (out->n == FIGURES_MAX)
		out->too_many = true;
	else
		out->row[out->n++] = *f;
}

void figure_scan(const struct figure_text *t, struct figures *out)
{
	struct canon_words foreign_words, no_loss_words;
	struct figure f;
	size_t behind = 0; /* the figure before has taken this much */

	canon_words_init(&foreign_words, foreign);
	canon_words_init(&no_loss_words, no_loss);
	out->n = 0;
	out->too_many = out->foreign = out->vague = out->no_loss = false;
	for (size_t i = 0; i < t->n; i++) {
		out->foreign = out->foreign || is_foreign(&foreign_words, t, i) || is_coin(t, i);
		out->no_loss = out->no_loss || is_no_loss(&no_loss_words, t, i);
		out->vague = out->vague || vague_at(t, i);
		if (i < behind || !numeral_at(t->c, t->n, i, &f.num))
			continue;
		behind = f.num.end;
		out->vague = out->vague || vague_behind(t, behind) ||
			     (f.num.unit_first && figure_currency_at(t, behind) > 0);
		if (!read_figure(t, &f))
			continue;
		behind = f.to;
		keep(out, &f);
	}
}
