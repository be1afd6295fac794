-- wrk's script: a new report on a task at random, by its body, with a key of its own. Tokens and tasks are files.
local tokens, tasks, places = {}, {}, {}
local thread, count = 0, 0

function setup(one)
  one:set("number", thread)
  thread = thread + 1
end

function init()
  for line in io.lines(os.getenv("BENCH_TOKENS")) do
    tokens[#tokens + 1] = line
  end
  for line in io.lines(os.getenv("BENCH_TASKS")) do
    local task, place = line:match("(%S+) (%d+)")
    tasks[#tasks + 1] = task
    places[#places + 1] = tonumber(place)
  end
  math.randomseed(os.time() * 100 + number)
  run = os.time() % 100000 .. "-" .. number .. "-" .. math.random(1000000)
end

function request()
  count = count + 1
  local at = math.random(#tasks)
  local body = '{"percent": ' .. math.random(0, 99) .. ', "text": "Tuần này đã hoàn thành rà soát thủ tục, lần '
    .. run .. count .. ': thiếu dữ liệu của một số đơn vị"}'
  return "POST /api/tasks/v1/tasks/" .. tasks[at] .. "/progress HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    .. "Authorization: Bearer " .. tokens[places[at]] .. "\r\nIdempotency-Key: " .. run .. "-" .. count
    .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, requests)
  local bad = summary.errors
  io.write(string.format(
    '\nBENCH {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, bad.status, bad.connect + bad.read + bad.write + bad.timeout,
    latency:percentile(50), latency:percentile(99)))
end
