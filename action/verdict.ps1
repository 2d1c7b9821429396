# The last word, on Windows: verdict.sh is its twin, and says why.
$ErrorActionPreference = 'Stop'
$verdict, $code = 'error', 2
if ($env:OUTCOME -ceq 'success' -and $env:VERDICT -ceq 'pass' -and $env:EXIT_CODE -ceq '0' -and $env:REPORT -and
    [IO.File]::Exists($env:REPORT) -and
    @([IO.File]::ReadAllLines($env:REPORT) -ceq '  "verdict": "pass",').Count -eq 1) {
    $verdict, $code = 'pass', 0
} elseif ($env:VERDICT -cin 'fail', 'refused') {
    $verdict, $code = $env:VERDICT, 1
}
[IO.File]::AppendAllLines($env:GITHUB_OUTPUT, [string[]] ("verdict=$verdict", "exit-code=$code"))
Write-Host "sealgate: $verdict"
if ($verdict -cne 'pass') { exit 1 }
exit 0
