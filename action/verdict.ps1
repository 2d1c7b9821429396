# The last word, on Windows: verdict.sh is its twin, and says why.
$ErrorActionPreference = 'Stop'
if ($env:VERDICT -ceq 'pass' -and $env:EXIT_CODE -ceq '0' -and $env:REPORT -and
    (Test-Path -LiteralPath $env:REPORT -PathType Leaf) -and
    @([IO.File]::ReadAllLines($env:REPORT) -ceq '  "verdict": "pass",').Count -eq 1) {
    exit 0
}
Write-Host 'sealgate: no pass'
exit 1
