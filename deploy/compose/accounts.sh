#!/usr/bin/env bash
# Gives Kibana its password, and suqiu a role with what the consumers need and no more, and an account with it.
# Harmless to repeat. Passwords are read from the environment and passed by standard input, not by arguments.
set -euo pipefail
: "${ELASTICSEARCH_URL:?}" "${ELASTIC_PASSWORD:?}" "${KIBANA_PASSWORD:?}" "${SUQIU_PASSWORD:?}"

# quote TEXT: as a JSON string.
quote() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# call METHOD PATH < BODY
call() {
  local answer
  answer=$(curl --fail-with-body -sS --retry 5 --retry-connrefused -X "$1" -H 'Content-Type: application/json' \
    --config <(printf 'user = %s\n' "$(quote "elastic:$ELASTIC_PASSWORD")") --data-binary @- "$ELASTICSEARCH_URL$2") ||
    { echo "$1 $2: $answer" >&2; return 1; }
  echo "$1 $2"
}

printf '{"password":%s}' "$(quote "$KIBANA_PASSWORD")" | call POST /_security/user/kibana_system/_password
call PUT /_security/role/suqiu <<'JSON'
{
  "cluster": ["monitor"],
  "indices": [{
    "names": ["suqiu-*"],
    "privileges": ["read", "write", "create_index", "view_index_metadata", "maintenance"]
  }]
}
JSON
printf '{"password":%s,"roles":["suqiu"]}' "$(quote "$SUQIU_PASSWORD")" | call PUT /_security/user/suqiu
