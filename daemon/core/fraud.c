#include "fraud.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "cell.h"
#include "text.h"

#include "banned.h"

/* The numbers are known by heart in the field: never renumber, add behind. */
/* clang-format off */
static const struct fraud_type house[] = {
	{ "BRUSH_REBATE", 1, "刷单返利", "刷单 兼职刷单 做任务 点赞返利 色情引流刷单 点赞", { NULL }, "youth women", false },
	{ "FAKE_INVEST", 2, "虚假网络投资理财", "投资理财 荐股 虚假投资 虚假投资理财 虚假理财 杀猪盘(投资) 投资 理财", { NULL },
		"women middle_aged", false },
	{ "FAKE_SHOP_SERVICE", 3, "虚假购物、服务", "网购 虚假购物 虚假服务 购物服务 代购 招嫖 代写 抢票 购物", { NULL },
		"youth women", false },
	{ "FAKE_CS_LOGISTICS", 4, "冒充电商物流客服", "冒充客服 冒充电商客服 冒充物流客服 退款理赔 快递理赔 百万保障 会员扣费 客服", { NULL },
		"", false },
	{ "FAKE_LOAN", 5, "虚假贷款", "网贷 网络贷款 代办信用卡 贷款保证金 贷款", { NULL }, "youth women", false },
	{ "FAKE_CREDIT", 6, "虚假征信", "注销校园贷 征信修复 消除不良记录 征信", { NULL }, "youth", false },
	{ "IMP_LEADER_ACQ", 7, "冒充领导、熟人", "冒充领导 冒充熟人 冒充老板 冒充亲友 猜猜我是谁 班级群收费 领导 熟人", { NULL },
		"finance parents", false },
	{ "IMP_AUTHORITY", 8, "冒充公检法及政府机关", "冒充公检法 公检法 冒充政府机关 通管局 社保医保 疾控", { NULL },
		"elders", false },
	{ "ROMANCE", 9, "网络婚恋、交友", "杀猪盘(交友) 网恋 网络婚恋 网络交友 婚恋交友 婚恋 交友", { NULL }, "", false },
	{ "GAME_TRADE", 10, "网络游戏产品虚假交易", "游戏账号 装备 皮肤 代练 游戏交易 游戏", { NULL }, "minors youth", false },
	{ "PIG_BUTCHER", 11, "杀猪盘", "杀猪盘", { "ROMANCE", "FAKE_INVEST" }, "", false },
	{ "CRYPTO", 12, "虚拟币", "虚拟货币 数字货币 USDT", { "FAKE_INVEST" }, "", false },
	{ "NUDE_CHAT", 13, "裸聊敲诈", "裸聊", { NULL }, "youth", false },
	{ "IMP_MILITARY", 14, "冒充军警购物", "冒充军人 冒充军警 冒充部队采购", { "IMP_LEADER_ACQ" }, "shops", false },
	{ "FLIGHT_REFUND", 15, "机票退改签", "航班取消 退改签", { "FAKE_CS_LOGISTICS" }, "", false },
	{ "SCREEN_SHARE", 16, "共享屏幕", "屏幕共享 会议软件", { NULL }, "elders", false },
	{ "PHISHING", 17, "钓鱼链接、木马", "钓鱼链接 钓鱼网站 木马病毒 木马 钓鱼", { NULL }, "", false },
	{ "ETC_CARD", 18, "ETC、银行卡失效", "ETC失效 银行卡冻结 银行卡失效", { "PHISHING" }, "drivers", false },
	{ "SUBSIDY", 19, "补贴、助学金、退税", "补贴 助学金 退税 补助金 救助金 个税退税", { NULL }, "students parents", false },
	{ "LOTTERY", 20, "中奖、抽奖", "中奖 抽奖 砸金蛋", { NULL }, "elders", false },
	{ "FAN_CIRCLE", 21, "追星粉丝群", "明星粉丝群 饭圈", { NULL }, "minors", false },
	{ "ELDER_CARE", 22, "养老服务涉诈", "养老服务 养老投资", { NULL }, "elders", false },
	{ "HEALTH_PRODUCT", 23, "保健品", "保健品 神医", { NULL }, "elders", false },
	{ "AI_DEEPFAKE", 24, "AI换脸拟声", "AI换脸 拟声", { "IMP_LEADER_ACQ" }, "", false },
	{ "KIDNAP_FAKE", 25, "虚构绑架、车祸", "虚构险情 虚构绑架 虚构车祸", { NULL }, "parents elders", false },
	{ "RECRUIT_ABROAD", 26, "高薪出境", "境外高薪招聘", { NULL }, "youth", false },
	{ "CASH_GOLD", 27, "线下交现金、黄金", "上门取现 快递黄金", { NULL }, "drivers couriers", false },
	{ "ILLEGAL_FUNDRAISE", 28, "非法集资", "", { NULL }, "", false },
	{ "TWO_CARDS", 51, "两卡", "两卡 断卡", { NULL }, "", true },
	{ "RUN_POINTS", 52, "跑分", "跑分", { NULL }, "", true },
	{ "DEN", 53, "窝点", "窝点", { NULL }, "", true },
	{ "GOIP", 54, "GOIP", "GOIP", { NULL }, "", true },
	{ "MONEY_MULE", 55, "取现", "取现", { NULL }, "", true },
	{ "CROSS_BORDER", 56, "偷渡出境", "偷渡 偷渡出境", { NULL }, "", true },
	{ "FUGITIVE", 57, "在逃", "在逃", { NULL }, "", true },
	{ "OTHER", 99, "其他", "其他 其它", { NULL }, "", false },
	{ "UNKNOWN", 0, "未知", "未知", { NULL }, "", false },
};

static const char *const closings[] = { "诈骗案件", "诈骗", "案件", "类", "型", "案" };
/* clang-format on */

enum { HOUSE = sizeof house / sizeof *house };

static const struct fraud_type *same_code(
	const struct fraud_type *types, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(types[i].code, code) == 0)
			return &types[i];
	return NULL;
}

/* Has the office an entry of its own for this code? */
static bool is_replaced(const struct fraud_type *t, const struct fraud_table *own)
{
	return own != NULL && same_code(own->types, own->count, t->code) != NULL;
}

const struct fraud_type *fraud_at(size_t i, const struct fraud_table *own)
{
	size_t mine = own == NULL ? 0 : own->count;

	if (i < mine)
		return &own->types[i];
	i -= mine;
	for (size_t k = 0; k < HOUSE; k++)
		if (!is_replaced(&house[k], own) && i-- == 0)
			return &house[k];
	return NULL;
}

const struct fraud_type *fraud_of_code(const char *code, const struct fraud_table *own)
{
	const struct fraud_type *t = own == NULL ? NULL : same_code(own->types, own->count, code);

	return t != NULL ? t : same_code(house, HOUSE, code);
}

/* One of 64 bits for a common ideograph, 0 for anything else. */
static uint64_t char_bit(const char *c)
{
	unsigned char lead = (unsigned char)*c;

	return lead >= 0xE4 && lead <= 0xE9 ? UINT64_C(1) << (c[2] & 0x3F) : 0;
}

/* Blanks and marks that people write or leave out. */
static bool is_dropped(const char *c, size_t n)
{
	static const char *const marks[] = { "、", "【", "】", "“", "”", "。" };

	if (n == 1)
		return strchr(" \n\t(),/-\".", *c) != NULL;
	if (char_bit(c) != 0)
		return false;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (n == strlen(marks[i]) && memcmp(c, marks[i], n) == 0)
			return true;
	return false;
}

/* Small letters, no blanks and marks, without 类, 诈骗, 型, 案 at the end. */
static void normal(const char *word, size_t len, char out[FRAUD_WORD])
{
	size_t n = 0, step;
	bool cut = true;

	for (const char *c = word; c < word + len; c += step) {
		step = text_prefix(c, 1);
		if (is_dropped(c, step))
			continue;
		for (size_t k = 0; k < step && n + 1 < FRAUD_WORD; k++)
			out[n++] = (char)(step == 1 ? tolower((unsigned char)c[k]) : c[k]);
	}
	out[n] = '\0';
	while (cut) {
		cut = false;
		for (size_t i = 0; i < sizeof closings / sizeof *closings && !cut; i++) {
			size_t tail = strlen(closings[i]);

			cut = n > tail && strcmp(out + n - tail, closings[i]) == 0;
			if (cut)
				out[n -= tail] = '\0';
		}
	}
}

/* A longer word beats a shorter one, a whole word beats all. */
struct search {
	char text[FRAUD_WORD]; /* in its normal form */
	uint64_t inside;       /* char_bit() of all its characters */
	const struct fraud_type *type;
	size_t length;
	bool whole;
};

static void search_text(struct search *s, const char *cell)
{
	size_t n;

	normal(cell, strlen(cell), s->text);
	n = strlen(s->text);
	for (size_t i = 0; i + 2 < n; i++)
		s->inside |= char_bit(s->text + i);
}

static void try_word(struct search *s, const char *alias, size_t len, const struct fraud_type *t)
{
	uint64_t first = char_bit(alias), second = first != 0 && len > 3 ? char_bit(alias + 3) : 0;
	char word[FRAUD_WORD];
	size_t n;
	bool whole;

	/* Most words are not in the text: their first two characters tell, cheaply. */
	if ((s->inside & (first | second)) != (first | second))
		return;
	normal(alias, len, word);
	n = strlen(word);
	whole = strcmp(s->text, word) == 0;
	if (n == 0 || text_count(word) < 2 || s->whole || (!whole && strstr(s->text, word) == NULL))
		return;
	if (whole || n > s->length) {
		s->type = t;
		s->length = n;
		s->whole = whole;
	}
}

static void try_type(struct search *s, const struct fraud_type *t)
{
	const char *at = t->aliases;

	if (t->tip)
		return;
	try_word(s, t->name, strlen(t->name), t);
	while (at != NULL && *at != '\0') {
		size_t n = (size_t)(strchrnul(at, ' ') - at);

		try_word(s, at, n, t);
		at += n;
		at += *at == ' ';
	}
}

/* The type that the word means, or NULL. */
static const struct fraud_type *search(const char *word, const struct fraud_table *own, bool *whole)
{
	struct search s = { .length = 0 };
	char cell[CELL_MAX];
	const struct fraud_type *t;

	*whole = false;
	if (cell_clean(word, CELL_NFKC, cell, sizeof cell) != CELL_TEXT)
		return NULL;
	t = fraud_of_code(cell, own);
	if (t != NULL && !t->tip) {
		*whole = true;
		return t;
	}
	search_text(&s, cell);
	for (size_t i = 0; own != NULL && i < own->count; i++)
		try_type(&s, &own->types[i]);
	for (size_t i = 0; i < HOUSE && !s.whole; i++)
		if (!is_replaced(&house[i], own))
			try_type(&s, &house[i]);
	*whole = s.whole;
	return s.type;
}

const struct fraud_type *fraud_of_word(const char *word, const struct fraud_table *own, bool *exact)
{
	bool whole;
	const struct fraud_type *t = search(word, own, &whole);

	if (exact != NULL)
		*exact = whole;
	return t != NULL ? t : fraud_of_code("UNKNOWN", own);
}

/* Depth is bounded so that an office's table that bites its own tail ends. */
static bool below(const char *code, const char *ancestor, const struct fraud_table *own, int depth)
{
	const struct fraud_type *t = fraud_of_code(code, own);

	if (strcmp(code, ancestor) == 0)
		return true;
	for (size_t i = 0; t != NULL && depth > 0 && i < FRAUD_PARENTS; i++)
		if (t->parent[i] != NULL && below(t->parent[i], ancestor, own, depth - 1))
			return true;
	return false;
}

bool fraud_is(const char *code, const char *ancestor, const struct fraud_table *own)
{
	return below(code, ancestor, own, 4);
}
