/* cloud_providers.h - every provider, one file each (cloud.h). Internal to channel/cloud. */
#ifndef QUANZU_CLOUD_PROVIDERS_H
#define QUANZU_CLOUD_PROVIDERS_H

#include "cloud.h"

extern const struct cloud_provider cloud_aliyun, cloud_tencent, cloud_huawei, cloud_mas,
	cloud_unicom, cloud_telecom, cloud_twilio, cloud_generic;

#endif
