/* The canonical text of replies: each rule of the folding table (docs/REPLIES.md, 3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "canon.h"
#include "text.h"

#include "banned.h"

enum { TEXT_MAX = 4000 };

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}

static size_t fold(const char *text, char out[TEXT_MAX])
{
	uint32_t t[TEXT_MAX];
	size_t n, at = 0;

	assert_true(strlen(text) < TEXT_MAX / 4);
	n = canon_fold(text, strlen(text), t);
	assert_int_equal(t[n], 0);
	assert_true(n <= strlen(text));
	for (size_t i = 0; i < n; i++)
		at += text_put(t[i], out + at);
	out[at] = '\0';
	return n;
}

/* clang-format off */
static const struct row { const char *name, *text, *want; } rows[] = {
	{ "full width digits and letters", "１７１ＡＢｃ", "171abc" },
	{ "full width punctuation", "！？：，％＞", "!?:,%>" },
	{ "ideographic space", "17　1", "17 1" },
	{ "no-break and thin spaces", "17\u00A0\u20021\u202F\u205F2", "17 1 2" },
	{ "tab and CR are spaces", "17\t1\r\n2", "17 1 \n2" },
	{ "a line feed stays", "171\n收到", "171\n收到" },
	{ "yuan sign", "￥500", "¥500" },
	{ "half width stops", "好｡是､", "好。是、" },
	{ "circled digits touch", "⑰①", "171" },
	{ "circled digits one by one", "①⑦①", "171" },
	{ "circled twenties to fifties", "⑳㉑㉟㊱㊿", "2021353650" },
	{ "bracketed numbers", "⑴⒇", "120" },
	{ "numbers with a full stop", "⒈⒛", "120" },
	{ "negative circled numbers", "❶❿⓫⓴⓿", "110" "11200" },
	{ "sans circled numbers", "➀➉➊➓", "1" "10" "1" "10" },
	{ "double circled numbers", "⓵⓾⓪", "1100" },
	{ "keycap ten", "🔟", "10" },
	{ "keycap digits", "1️⃣7️⃣1️⃣", "171" },
	{ "mathematical digits", "𝟏𝟕𝟙𝟿𝟶", "17190" },
	{ "superscripts and subscripts", "⁰¹²³⁴⁹₀₉", "01234909" },
	{ "bracketed and circled ideographs", "㈠㈩㊀㊉", "一十一十" },
	{ "zero width characters go", "1\u200B7\u200D1\uFEFF\u2060\u00AD", "171" },
	{ "direction marks go", "\u202A171\u202C\u2067", "171" },
	{ "thumbs up with a skin tone", "👍🏻", "ok" },
	{ "OK signs", "171👌🆗", "171 ok ok" },
	{ "lower case", "OK Yes", "ok yes" },
	{ "traditional", "勸住了沒轉帳", "劝住了没转账" },
	{ "stops between digits are points", "2。5 2．5 2·5 2•5 2‧5 2・5", "2.5 2.5 2.5 2.5 2.5 2.5" },
	{ "a stop before a letter stays", "2。五", "2。五" },
	{ "stops in a row of digits", "1。2。3", "1.2.3" },
	{ "runs of spaces become one", "  17   1  ", "17 1" },
	{ "line feeds at the ends go", "\n 171 \n", "171" },
	{ "bytes that are no UTF-8", "17\xE4\xB8""1", "17\uFFFD\uFFFD""1" },
	{ "nothing else is normalised", "ﬁ½Ⅳａ", "ﬁ½Ⅳa" },
	{ "nothing", "", "" },
};

/* The table of docs/REPLIES.md, word for word. */
static const char traditional[] =
	"萬万 億亿 兩两 點点 塊块 圓圆 錢钱 轉转 帳账 賬账 勸劝 聯联 繫系 係系 見见 沒没 無无 號号 碼码 錯错 報报 "
	"誤误 機机 關关 電电 話话 還还 給给 換换 離离 開开 門门 來来 過过 這这 單单 務务 幫帮 請请 員员 騙骗 損损 "
	"識识 撥拨 應应 當当 後后 間间 時时 會会 裡里 裏里 麼么 嗎吗 個个 們们 從从 為为 爲为 對对 處处 動动 緒绪 "
	"險险 購购 貸贷 幣币 發发 戶户 歲岁 組组 隊队 樓楼 層层 張张 筆笔 條条 約约 將将 數数 餘余 總总 計计 認认 "
	"證证 現现 場场 達达 車车 駕驾 駛驶 議议 復复 覆复 讓让 別别 屬属 匯汇 網网 聽听 攔拦 閒闲 閑闲 脫脱 尋寻 "
	"著着 貳贰 參叁 叄叁 陸陆 進进 確确 賣卖 實实 經经 辦办 馬马 剛刚 穩稳 喚唤 幾几 業业 費费 萊莱 牠它";
/* clang-format on */

static void folds(void **state)
{
	const struct row *row = *state;
	char out[TEXT_MAX];

	fold(row->text, out);
	assert_string_equal(out, row->want);
}

static void every_traditional_character_of_the_table(void **state)
{
	int pairs = 0;

	(void)state;
	for (const char *s = traditional; *s != '\0'; s += s[6] == ' ' ? 7 : 6) {
		char from[4] = { s[0], s[1], s[2], 0 }, to[4] = { s[3], s[4], s[5], 0 };
		char out[TEXT_MAX];

		fold(from, out);
		assert_string_equal(out, to);
		fold(to, out); /* and simplified text stays as it is */
		assert_string_equal(out, to);
		pairs++;
	}
	assert_int_equal(pairs, 125);
}

static void folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char once[TEXT_MAX], twice[TEXT_MAX];

		fold(rows[i].text, once);
		fold(once, twice);
		assert_string_equal(once, twice);
	}
}

static void letters_digits_and_separators(void **state)
{
	(void)state;
	assert_true(canon_is_letter('a') && canon_is_letter(u'中') && canon_is_letter(u'〇'));
	assert_false(canon_is_letter('A') || canon_is_letter('1') || canon_is_letter(0x20000));
	assert_true(canon_is_digit('0') && !canon_is_digit(u'１'));
	assert_true(
		canon_is_separator(' ') && canon_is_separator(u'，') && canon_is_separator('%'));
	assert_false(canon_is_separator('z') || canon_is_separator(u'一'));
}

static void the_longest_word_is_found(void **state)
{
	const uint32_t t[] = { u'星', u'期', u'小', u'时' };
	struct canon_words set;

	(void)state;
	assert_int_equal(canon_word_at(t, 4, 0, u"星 星期 周"), 2);
	assert_int_equal(canon_word_at(t, 1, 0, u"星期"), 0);
	assert_int_equal(canon_word_before(t, 4, u"时 小时"), 2);
	assert_int_equal(canon_word_before(t, 0, u"时"), 0);
	canon_words_init(&set, u"小时 周");
	assert_int_equal(canon_words_find(&set, t, 0, 4), 2);
	assert_int_equal(canon_words_find(&set, t, 0, 3), 3);
	assert_int_equal(canon_words_at(&set, t, 4, 2), 2);
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 4] = {
		[N] = cmocka_unit_test(every_traditional_character_of_the_table),
		[N + 1] = cmocka_unit_test(folding_twice_changes_nothing),
		[N + 2] = cmocka_unit_test(letters_digits_and_separators),
		[N + 3] = cmocka_unit_test(the_longest_word_is_found),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest)ROW(rows[i], folds);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
