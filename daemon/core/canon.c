/* canon.c - the canonical text of a reply (docs/REPLIES.md, 3). */
#include "canon.h"

#include <string.h>

#include "text.h"

#include "banned.h"

/*
 * Pairs of a traditional character and its simplified one, sorted by the first, because
 * they are searched by halves. A reply that is folded wrongly here is not understood, so
 * the list is the grammar's and no library's.
 */
/* clang-format off */
static const char16_t traditional[] =
	u"來来係系個个們们億亿兩两別别剛刚動动務务勸劝匯汇參叁叄叁員员喚唤單单嗎吗圓圆報报"
	u"場场塊块實实將将尋寻對对層层屬属帳账幣币幫帮幾几張张後后從从復复應应戶户換换損损"
	u"撥拨攔拦數数時时會会條条業业樓楼機机歲岁沒没為为無无爲为牠它現现當当發发確确碼码"
	u"穩稳筆笔約约組组給给經经網网緒绪總总繫系聯联聽听脫脱萊莱萬万著着處处號号裏里裡里"
	u"覆复見见計计話话認认誤误請请證证識识議议讓让貳贰貸贷費费賣卖賬账購购車车轉转辦办"
	u"這这進进過过達达還还錢钱錯错門门開开閑闲閒闲間间關关陸陆隊队險险離离電电餘余馬马"
	u"駕驾駛驶騙骗麼么點点";
/* clang-format on */

enum { PAIRS = sizeof traditional / sizeof *traditional / 2 };

static uint32_t simplified(uint32_t c)
{
	size_t low = 0, high = PAIRS;

	while (low < high) {
		size_t middle = (low + high) / 2;
		uint32_t have = traditional[2 * middle];

		if (have == c)
			return traditional[2 * middle + 1];
		if (have < c)
			low = middle + 1;
		else
			high = middle;
	}
	return c;
}

/* Characters that stand for a number: a stretch of code points that counts up from `value`. */
static const struct {
	uint32_t from, to;
	uint8_t value;
} numbered[] = {
	{ 0x00B2, 0x00B3, 2 },
	{ 0x00B9, 0x00B9, 1 },
	{ 0x2070, 0x2070, 0 },
	{ 0x2074, 0x2079, 4 },
	{ 0x2080, 0x2089, 0 },
	{ 0x2460, 0x2473, 1 },
	{ 0x2474, 0x2487, 1 },
	{ 0x2488, 0x249B, 1 },
	{ 0x24EA, 0x24EA, 0 },
	{ 0x24EB, 0x24F4, 11 },
	{ 0x24F5, 0x24FE, 1 },
	{ 0x24FF, 0x24FF, 0 },
	{ 0x2776, 0x277F, 1 },
	{ 0x2780, 0x2789, 1 },
	{ 0x278A, 0x2793, 1 },
	{ 0x3251, 0x325F, 21 },
	{ 0x32B1, 0x32BF, 36 },
	{ 0x1D7CE, 0x1D7D7, 0 },
	{ 0x1D7D8, 0x1D7E1, 0 },
	{ 0x1D7E2, 0x1D7EB, 0 },
	{ 0x1D7EC, 0x1D7F5, 0 },
	{ 0x1D7F6, 0x1D7FF, 0 },
	{ 0x1F51F, 0x1F51F, 10 },
};

static const struct {
	uint32_t from, to;
} removed[] = {
	{ 0x00AD, 0x00AD },
	{ 0x200B, 0x200F },
	{ 0x202A, 0x202E },
	{ 0x2060, 0x2069 },
	{ 0xFEFF, 0xFEFF },
	{ 0xFE00, 0xFE0F },
	{ 0x20E3, 0x20E3 },
	{ 0x1F3FB, 0x1F3FF },
};

static bool is_removed(uint32_t c)
{
	for (size_t i = 0; i < sizeof removed / sizeof *removed; i++)
		if (c >= removed[i].from && c <= removed[i].to)
			return true;
	return false;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == 0x3000 || c == 0x00A0 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F;
}

/* A number of one or two digits; false when `c` is none. */
static bool fold_number(uint32_t c, uint32_t **out)
{
	for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
		uint32_t value;

		if (c < numbered[i].from || c > numbered[i].to)
			continue;
		value = numbered[i].value + (c - numbered[i].from);
		if (value >= 10)
			*(*out)++ = '0' + value / 10;
		*(*out)++ = '0' + value % 10;
		return true;
	}
	return false;
}

static uint32_t fold_ideograph(uint32_t c)
{
	static const char16_t ten[] = u"一二三四五六七八九十";

	if (c >= 0x3220 && c <= 0x3229)
		return ten[c - 0x3220];
	if (c >= 0x3280 && c <= 0x3289)
		return ten[c - 0x3280];
	return simplified(c);
}

static uint32_t fold_width(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFEE0;
	switch (c) {
	case 0xFFE5:
		return 0x00A5; /* ¥ */
	case 0xFF61:
		return 0x3002; /* 。 */
	case 0xFF64:
		return 0x3001; /* 、 */
	default:
		return c;
	}
}

static void fold_one(uint32_t c, uint32_t **out)
{
	if (is_space(c)) {
		*(*out)++ = ' ';
		return;
	}
	c = fold_width(c);
	if (c < 0x80) {
		*(*out)++ = c >= 'A' && c <= 'Z' ? c + 32 : c;
		return;
	}
	if (c >= 0x3400 && c <= 0x9FFF) { /* nearly all of a reply */
		*(*out)++ = simplified(c);
		return;
	}
	if (is_removed(c) || fold_number(c, out))
		return;
	if (c == 0x1F44C || c == 0x1F44D || c == 0x1F197) { /* 👌 👍 🆗 */
		memcpy(*out, (const uint32_t[]){ ' ', 'o', 'k', ' ' }, 4 * sizeof **out);
		*out += 4;
		return;
	}
	*(*out)++ = fold_ideograph(c);
}

/* People type 2。5万; a stop between two digits is a decimal point. */
static void fold_points(uint32_t *t, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++)
		switch (t[i]) {
		case 0x3002: /* 。 */
		case 0x00B7:
		case 0x2022:
		case 0x2027:
		case 0x30FB:
			if (canon_is_digit(t[i - 1]) && canon_is_digit(t[i + 1]))
				t[i] = '.';
			break;
		default:
			break;
		}
}

size_t canon_tidy(uint32_t *t, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		if (to == 0 && (t[i] == ' ' || t[i] == '\n'))
			continue;
		if (t[i] == ' ' && t[to - 1] == ' ')
			continue;
		t[to++] = t[i];
	}
	while (to > 0 && (t[to - 1] == ' ' || t[to - 1] == '\n'))
		to--;
	t[to] = 0;
	return to;
}

size_t canon_fold(const char *text, size_t bytes, uint32_t *out)
{
	const char *s = text, *end = text + bytes;
	uint32_t *to = out;
	size_t n;

	while (s < end) {
		uint32_t c = text_next(&s, end);

		fold_one(c == TEXT_BAD || c == 0 ? 0xFFFD : c, &to);
	}
	n = (size_t)(to - out);
	fold_points(out, n);
	return canon_tidy(out, n);
}

int canon_digit_of(uint32_t c)
{
	switch (c) {
	case u'零':
	case u'〇':
		return 0;
	case u'一':
	case u'幺':
		return 1;
	case u'二':
	case u'两':
		return 2;
	case u'三':
		return 3;
	case u'四':
		return 4;
	case u'五':
		return 5;
	case u'六':
		return 6;
	case u'七':
		return 7;
	case u'八':
		return 8;
	case u'九':
		return 9;
	default:
		return -1;
	}
}

static bool same(const uint32_t *t, const char16_t *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (t[i] != word[i])
			return false;
	return true;
}

static size_t word_length(const char16_t *word)
{
	size_t len = 0;

	while (word[len] != 0 && word[len] != u' ')
		len++;
	return len;
}

size_t canon_word_at(const uint32_t *t, size_t n, size_t at, const char16_t *words)
{
	size_t best = 0;

	while (*words != 0) {
		size_t len = word_length(words);

		if (len > best && at + len <= n && same(t + at, words, len))
			best = len;
		words += words[len] == 0 ? len : len + 1;
	}
	return best;
}

size_t canon_word_before(const uint32_t *t, size_t at, const char16_t *words)
{
	size_t best = 0;

	while (*words != 0) {
		size_t len = word_length(words);

		if (len > best && len <= at && same(t + at - len, words, len))
			best = len;
		words += words[len] == 0 ? len : len + 1;
	}
	return best;
}

void canon_words_init(struct canon_words *set, const char16_t *words)
{
	*set = (struct canon_words){ .words = words };
	while (*words != 0) {
		size_t len = word_length(words);

		set->first[(*words >> 6) & 3] |= UINT64_C(1) << (*words & 63);
		words += words[len] == 0 ? len : len + 1;
	}
}

size_t canon_words_at(const struct canon_words *set, const uint32_t *t, size_t n, size_t at)
{
	if (at >= n || !(set->first[(t[at] >> 6) & 3] >> (t[at] & 63) & 1))
		return 0;
	return canon_word_at(t, n, at, set->words);
}

size_t canon_words_find(const struct canon_words *set, const uint32_t *t, size_t from, size_t to)
{
	while (from < to && canon_words_at(set, t, to, from) == 0)
		from++;
	return from;
}
