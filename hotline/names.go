package hotline

// Name is the Chinese name of the kind (受理形式), or the code of an unknown one.
func (k Kind) Name() string {
	switch k {
	case KindCall:
		return "通话"
	case KindOrder:
		return "工单"
	case KindMessage:
		return "留言"
	}
	return string(k)
}

// Name is how reports name the speaker, or the code of an unknown role.
func (r Role) Name() string {
	switch r {
	case RoleCustomer:
		return "客户"
	case RoleAgent:
		return "坐席"
	case RoleIVR:
		return "导航"
	case RoleUnknown:
		return "未知"
	case RoleReply:
		return "回复"
	case RoleQuote:
		return "引用"
	}
	return string(r)
}

// Name is the Chinese name of the party (责任方), or the code of an unknown one.
func (r Responsible) Name() string {
	switch r {
	case ResponsibleUtility:
		return "供电企业"
	case ResponsibleCustomer:
		return "用户产权"
	case ResponsibleThirdParty:
		return "第三方"
	case ResponsibleUnknown:
		return "不明"
	}
	return string(r)
}

// Name is the Chinese name of the dimension, or the code of an unknown one.
func (e Experience) Name() string {
	switch e {
	case ExperienceReliability:
		return "供电可靠性"
	case ExperiencePayment:
		return "缴费便利"
	case ExperienceVoltage:
		return "电压质量"
	case ExperienceService:
		return "服务"
	}
	return string(e)
}

// Name is the Chinese name of the kind, or the code of an unknown one.
func (k EntityKind) Name() string {
	switch k {
	case EntityCommunity:
		return "小区村居"
	case EntityPlace:
		return "地点"
	case EntityTransformer:
		return "台区"
	case EntityFeeder:
		return "线路"
	case EntityAmount:
		return "金额"
	case EntityTime:
		return "时间"
	case EntityOrder:
		return "工单号"
	case EntityWait:
		return "报装等待"
	}
	return string(k)
}
