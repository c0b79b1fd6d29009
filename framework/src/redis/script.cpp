#include "redis/script.hpp"

namespace rill::redis::detail {

// The master_replid of a server changes when the server starts, and when it becomes the primary. While it is the same,
// no acknowledged event can be lost, unless somebody changes the keys.
//
// The first command that writes is subject to maxmemory. Redis decides about it when the script begins. Therefore the
// script writes either nothing or everything.
const std::string_view append_script = R"lua(
local stream, state, record, ages = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local info = redis.call('INFO', 'replication')
if not string.find(info, 'role:master', 1, true) then
  return redis.error_reply('READONLY The server is not the primary.')
end
local replid = string.match(info, 'master_replid:(%x+)')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local known, floor = tonumber(ARGV[1]), tonumber(ARGV[2])
local saved = redis.call('HMGET', state, 'epoch', 'last', 'replid', 'ended')
local epoch, last, ended = tonumber(saved[1] or '0'), tonumber(saved[2] or '0'), saved[4] or ''
local function text(n) return string.format('%.0f', n) end

-- Of each ended epoch: the highest number that was known when a later epoch began. Its gap covers all of them.
local function covered_number(of)
  return tonumber(string.match(' ' .. ended, ' ' .. text(of) .. '=(%d+)') or '-1')
end

local function cover(of, number)
  if of == 0 then return end
  local kept = {}
  for other, n in string.gmatch(ended, '(%d+)=(%d+)') do
    if other ~= text(of) then kept[#kept + 1] = other .. '=' .. n end
  end
  kept[#kept + 1] = text(of) .. '=' .. text(math.max(number, covered_number(of)))
  ended = table.concat(kept, ' ', math.max(1, #kept - 15))
end

local function top_of_stream()
  local found = redis.pcall('XINFO', 'STREAM', stream)
  if found.err then
    if string.find(found.err, 'no such key', 1, true) then return 0 end
    return nil, found
  end
  for i = 1, #found, 2 do
    if found[i] == 'last-generated-id' then
      return tonumber(string.match(found[i + 1], '^%d+'))
    end
  end
  return 0
end

local function begin_epoch()
  local top, failed = top_of_stream()
  if failed then return failed end
  cover(epoch, last)
  cover(known, floor)
  -- Two servers may begin an epoch with the same data. The replication ID makes their numbers different.
  epoch = math.max(now, last + 10000000, floor + 2, known + 2, top + 2) + tonumber(string.sub(replid, 1, 4), 16)
  last = epoch
  redis.call('HSET', state, 'epoch', text(epoch), 'last', text(last), 'replid', replid, 'ended', ended)
  redis.call('XADD', stream, text(epoch) .. '-0', 'e', text(epoch))
end

local is_new = epoch == 0 or saved[3] ~= replid
if not is_new and known > epoch then
  if ARGV[3] ~= '1' then
    return redis.error_reply('RILLOUTDATED Another server has a newer epoch.')
  end
  is_new = true
end
if is_new or floor > last or (known ~= 0 and known < epoch and floor > covered_number(known)) then
  local failed = begin_epoch()
  if failed then return failed end
end

local count = tonumber(ARGV[11])
local first, known_events = 0, {}
if count > 0 then
  local done = redis.call('GET', record)
  if done then
    local counter, number, rest = string.match(done, '^(%d+) (%d+) ?(.*)$')
    if counter == ARGV[4] then
      redis.pcall('EXPIRE', record, ARGV[6])
      return {text(epoch), text(last), number, rest}
    end
  end
  if ARGV[5] ~= '' and ARGV[5] ~= text(epoch) then
    return redis.error_reply('RILLLOST A new epoch has begun.')
  end
  local at = 12
  for i = 1, count do
    local words, key = tonumber(ARGV[at]), ARGV[at + 1]
    local earlier = key ~= '' and redis.call('GET', ARGV[9] .. key)
    if earlier then
      known_events[#known_events + 1] = (i - 1) .. '=' .. earlier
    else
      local added = redis.pcall('XADD', stream, text(last + 1) .. '-0', unpack(ARGV, at + 2, at + 1 + words))
      if type(added) == 'table' and added.err then
        if first ~= 0 or not string.find(added.err, 'equal or smaller', 1, true) then return added end
        local failed = begin_epoch()
        if failed then return failed end
        redis.call('XADD', stream, text(last + 1) .. '-0', unpack(ARGV, at + 2, at + 1 + words))
      end
      last = last + 1
      if first == 0 then first = last end
      if key ~= '' then
        redis.call('SET', ARGV[9] .. key, text(last), 'EX', ARGV[10])
      end
    end
    at = at + 2 + words
  end
  redis.call('HSET', state, 'last', text(last))
  redis.call('SET', record, ARGV[4] .. ' ' .. text(first) .. ' ' .. table.concat(known_events, ' '), 'EX', ARGV[6])
  if ARGV[7] ~= '0' then
    redis.call('XTRIM', stream, 'MAXLEN', '~', ARGV[7])
  end
end

local max_age = tonumber(ARGV[8])
if max_age ~= 0 then
  local newest = redis.call('LINDEX', ages, -1)
  if not newest or tonumber(string.match(newest, '^%d+')) + max_age / 100 <= now then
    redis.call('RPUSH', ages, text(now) .. ' ' .. text(last))
  end
  local too_old = nil
  for i = 1, 1000 do
    local at, number = string.match(redis.call('LINDEX', ages, 0) or '', '^(%d+) (%d+)$')
    if not at or tonumber(at) + max_age > now then break end
    too_old = number
    redis.call('LPOP', ages)
  end
  if too_old then
    redis.call('XTRIM', stream, 'MINID', '~', text(tonumber(too_old) + 1))
  end
end
return {text(epoch), text(last), text(first), table.concat(known_events, ' ')}
)lua";

const std::string_view read_script = R"lua(
local stream, state = KEYS[1], KEYS[2]
if not string.find(redis.call('INFO', 'replication'), 'role:master', 1, true) then
  return redis.error_reply('READONLY The server is not the primary.')
end
local saved = redis.call('HMGET', state, 'epoch', 'last')
local epoch, last = tonumber(saved[1] or '0'), tonumber(saved[2] or '0')
local after, max_events, max_bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function text(n) return string.format('%.0f', n) end
local function number_of(entry) return tonumber(string.match(entry[1], '^(%d+)%-0$') or '0') end
if epoch == 0 or epoch < tonumber(ARGV[4]) then
  return redis.error_reply('RILLOUTDATED Another server has a newer epoch.')
end
local function answer(position, entries) return {text(epoch), text(last), position, entries} end

if ARGV[5] ~= '' then
  local position = math.max(epoch, last - tonumber(ARGV[5]))
  local next = redis.call('XRANGE', stream, '(' .. text(position) .. '-0', '+', 'COUNT', 1)[1]
  if next and number_of(next) > position + 1 then position = number_of(next) - 1 end
  if not next then position = last end
  return answer(text(position), {})
end
if after < epoch or after > last then return answer('unknown', {}) end
local entries, bytes, position = {}, 0, after
while #entries < max_events and bytes < max_bytes do
  local part = redis.call('XRANGE', stream, '(' .. text(position) .. '-0', '+', 'COUNT', math.min(16, max_events - #entries))
  if #part == 0 then break end
  for i = 1, #part do
    if number_of(part[i]) ~= position + 1 then return answer('unknown', {}) end
    position = position + 1
    entries[#entries + 1] = part[i]
    for j = 1, #part[i][2] do bytes = bytes + #part[i][2][j] end
    if bytes >= max_bytes then break end
  end
end
if #entries == 0 and position ~= last then return answer('unknown', {}) end
return answer(text(position), entries)
)lua";

} // namespace rill::redis::detail
