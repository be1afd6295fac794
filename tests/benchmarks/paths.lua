-- wrk's script: GET of a path at random out of a file, a line each.
local paths = {}

function init()
  for line in io.lines(os.getenv("BENCH_PATHS")) do
    paths[#paths + 1] = "GET " .. line .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  end
  math.randomseed(os.time())
end

function request()
  return paths[math.random(#paths)]
end

function done(summary, latency, requests)
  local bad = summary.errors
  io.write(string.format(
    '\nBENCH {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, bad.status, bad.connect + bad.read + bad.write + bad.timeout,
    latency:percentile(50), latency:percentile(99)))
end
